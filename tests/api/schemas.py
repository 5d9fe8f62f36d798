"""The JSON schemas of the wire's structs, as ``openapi.json`` has them."""

import inspect
import pkgutil
from importlib import import_module

import msgspec
from msgspec import UNSET

from janus import errors
from janus.agents.known import names
from janus.blueprints import wire
from janus.blueprints.wire.words import Body

REF = "#/components/schemas/{name}"
JANUS_ERRORS = [
    error
    for error in vars(errors).values()
    if isinstance(error, type) and issubclass(error, errors.JanusError)
]
#: Flask's own error has no class of ours.
METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"


def modules():
    for found in pkgutil.iter_modules(wire.__path__):
        yield import_module(f"{wire.__name__}.{found.name}")


def structs():
    """Every struct of the wire, by its name."""
    return {
        name: value
        for module in modules()
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, msgspec.Struct)
    }


def titled():
    """Every type of the wire that has a title of its own: its schema, by that title."""
    found = {}
    for module in modules():
        for value in vars(module).values():
            for meta in getattr(value, "__metadata__", ()):
                if isinstance(meta, msgspec.Meta) and meta.title:
                    found[meta.title] = msgspec.json.schema(value)
    return found


def components(kinds):
    """The schemas of *kinds* and of all they are made of, by their names."""
    _, found = msgspec.json.schema_components(kinds, ref_template=REF)
    known, named = structs(), titled()
    for name in found:
        found[name] = finished(found[name], known[name])
    for title, schema in named.items():
        found[title] = {key: lifted(value, named) for key, value in schema.items()}
    for name in known:
        if name in found:
            found[name]["properties"] = lifted(found[name]["properties"], named)
    found["ErrorCode"]["enum"] = [*dict.fromkeys(e.code for e in JANUS_ERRORS), METHOD_NOT_ALLOWED]
    found["AgentName"] = {"type": "string", "enum": ["auto", "custom", *without_custom()]}
    return {name: untitled(found[name]) for name in sorted(found)}


def without_custom():
    return [name for name in names() if name not in ("auto", "custom")]


def finished(schema, kind):
    """The schema of a struct with what ``endpoint`` does beside: null counts as absent in a body,
    and an answer has every field that is not left out by name.
    """
    schema.setdefault("properties", {})
    if issubclass(kind, Body):
        for name, field in schema["properties"].items():
            if name not in schema.get("required", []):
                schema["properties"][name] = nullable(field)
        return schema
    left_out = {field.name for field in msgspec.structs.fields(kind) if field.default is UNSET}
    schema["required"] = [name for name in schema["properties"] if name not in left_out]
    for field in schema["properties"].values():
        field.pop("default", None)
    return schema


def nullable(field):
    default = {"default": field.pop("default")} if "default" in field else {}
    if default.get("default") in (None, "", []):
        default = {}
    if any(one.get("type") == "null" for one in field.get("anyOf", [])):
        return {**field, **default}
    said = {"description": field.pop("description")} if "description" in field else {}
    return {**said, "anyOf": [field, {"type": "null"}], **default}


def lifted(node, named):
    """*node* with references in place of the schemas that have a title of their own."""
    if isinstance(node, list):
        return [lifted(item, named) for item in node]
    if not isinstance(node, dict):
        return node
    title = node.get("title")
    if not isinstance(title, str) or title not in named:  # a field may be called so
        return {key: lifted(value, named) for key, value in node.items()}
    reference = {"$ref": REF.format(name=title)}
    for key in ("description", "default"):
        if key in node and node[key] != named[title].get(key):
            reference[key] = node[key]
    return reference


def untitled(schema):
    return {key: value for key, value in schema.items() if key != "title"}


def doc(thing):
    """The first paragraph of a docstring on one line, and the rest in paragraphs."""
    paragraphs = [" ".join(part.split()) for part in inspect.getdoc(thing).split("\n\n")]
    return paragraphs[0], "\n\n".join(paragraphs[1:])
