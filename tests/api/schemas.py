"""The JSON schemas of the wire's structs, as ``openapi.json`` has them."""

import inspect
import re
from functools import cache

import msgspec
from msgspec import UNSET

from janus import errors
from janus.agents.known import names
from janus.blueprints.wire import words
from janus.blueprints.wire.words import Body, Query, Reply

REF = "#/components/schemas/{name}"
JANUS_ERRORS = [
    error
    for error in vars(errors).values()
    if isinstance(error, type) and issubclass(error, errors.JanusError)
]
#: Flask's own error has no class of ours.
METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"


def structs():
    """Every struct of the wire, by its name."""
    found = [Body, Query, Reply]
    for kind in found:
        found += kind.__subclasses__()
    return {kind.__name__: kind for kind in found}


@cache
def titled():
    """Every type of the wire that has a title of its own: its schema, by that title."""
    told, found = dict(remarks(words, r"(\w+) = ")), {}
    for name, value in vars(words).items():
        meta = getattr(value, "__metadata__", [None])[0]
        if isinstance(meta, msgspec.Meta) and meta.title == name:
            said = {"description": told[name]} if name in told else {}
            found[name] = {**msgspec.json.schema(value), **said}
    return found


@cache
def comments(kind):
    """What is said of each field of a struct: above it, or else above the type it has."""
    said = dict(remarks(words, r"(\w+) = "))
    found = {}
    for base in reversed(kind.__mro__[:-3]):  # but for Struct, its base and object
        fields = re.findall(r"^    (\w+): (?:\w+\.)?(\w+)", inspect.getsource(base), re.M)
        found |= {name: said[of] for name, of in fields if of in said and of not in titled()}
        found |= remarks(base, r" +(\w+):")
    return found


def remarks(thing, named):
    """What each ``#:`` in the source of a module or a struct says, by the name below it."""
    for said, name in re.findall(rf"((?:^ *#:.*\n)+){named}", inspect.getsource(thing), re.M):
        yield name, " ".join(said.replace("#:", " ").split())


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
            for field, said in comments(known[name]).items():
                found[name]["properties"][field]["description"] = said
    found["ErrorCode"]["enum"] = [*dict.fromkeys(e.code for e in JANUS_ERRORS), METHOD_NOT_ALLOWED]
    known_names = dict.fromkeys(["auto", "custom", *names()])
    found["AgentName"] = {"type": "string", "enum": [*known_names]}
    for schema in found.values():
        schema.pop("title", None)
    return found


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
    return {"anyOf": [field, {"type": "null"}], **default}


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


def doc(thing):
    """The first paragraph of a docstring on one line, and the rest in paragraphs."""
    paragraphs = [" ".join(part.split()) for part in inspect.getdoc(thing).split("\n\n")]
    return paragraphs[0], "\n\n".join(paragraphs[1:])
