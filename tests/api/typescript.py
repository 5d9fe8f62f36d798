"""``wire.ts``: the types of the page, made of ``openapi.json``."""

import json
import re

HEAD = """/**
 * What goes over the wire: every request, answer and event of the stream. Written by `make api`
 * from what the server declares; do not change it here.
 */
"""


def text(document):
    """The file."""
    schemas = document["components"]["schemas"]
    types = [
        declaration(name, schema) for name, schema in schemas.items() if name != "ServerSentEvent"
    ]
    return "\n".join([HEAD, *types, calls(document)])


def declaration(name, schema):
    comment = documented(schema, "")
    if schema.get("type") == "object" and "properties" in schema:
        return f"{comment}export interface {name} {block(schema, '')}\n"
    return f"{comment}export type {name} = {kind(schema)}\n"


def block(schema, indent):
    """The fields of an object, in braces."""
    if not schema["properties"]:
        return "{}"
    required, inner, lines = schema.get("required", []), f"{indent}  ", []
    for name, field in schema["properties"].items():
        maybe = "" if name in required else "?"
        key = name if re.fullmatch(r"\w+", name) else f"'{name}'"
        lines.append(f"{documented(field, inner)}{inner}{key}{maybe}: {kind(field)}\n")
    return "{\n" + "".join(lines) + indent + "}"


def documented(schema, indent):
    said = " ".join(schema.get("description", "").split())
    return f"{indent}/** {said} */\n" if said else ""


def kind(schema):
    """A schema as a type."""
    match schema:
        case {"$ref": reference}:
            return reference.rpartition("/")[2]
        case {"const": value}:
            return literal(value)
        case {"enum": values}:
            return " | ".join(literal(value) for value in values)
        case {"anyOf": kinds}:
            return " | ".join(dict.fromkeys(kind(one) for one in kinds))
        case {"type": "array"} if "items" not in schema:
            return "unknown[]"
        case {"type": "array", "items": items}:
            of = kind(items)
            return f"({of})[]" if "|" in of else f"{of}[]"
        case {"type": "object", "properties": _}:
            return block(schema, "  ")
        case {"type": "object", "additionalProperties": dict(values)}:
            return f"Record<string, {kind(values)}>"
        case {"type": "object"}:
            return "Record<string, unknown>"
        case {"type": [*types]}:
            return " | ".join(dict.fromkeys(kind({"type": one}) for one in types))
        case {"type": "integer" | "number"}:
            return "number"
        case {"format": "binary"}:
            return "Blob"
        case {"type": str(name)}:
            return name
    return "unknown"


def literal(value):
    return f"'{value}'" if isinstance(value, str) else json.dumps(value)


def calls(document):
    """Every call: what it takes and gives."""
    lines = [
        "/** Every call: its query, its body, and what it answers. */",
        "export interface Calls {",
    ]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            lines.append(f"  /** {operation['summary']} */")
            lines.append(f"  '{method.upper()} {path}': {{{'; '.join(call(operation))}}}")
    return "\n".join([*lines, "}", ""])


def call(operation):
    query = [
        f"{it['name']}{'' if it.get('required') else '?'}: {kind(it['schema'])}"
        for it in operation.get("parameters", [])
        if it["in"] == "query"
    ]
    if query:
        yield f"query: {{{'; '.join(query)}}}"
    if body := operation.get("requestBody"):
        [content] = body["content"].values()
        yield f"body{'' if body.get('required') else '?'}: {kind(content['schema'])}"
    success = next(it for status, it in operation["responses"].items() if status < "300")
    media, content = next(iter(success["content"].items()))
    yield f"answer: {'StreamEvents' if media == 'text/event-stream' else kind(content['schema'])}"
