"""The description of the API is true: held against the code and the papers."""

import json
import re

import pytest
from described import CODES, DESCRIPTION, VIEWS, body_of, codes, described, resolved, security
from test_docs import API, OWN_ERRORS

import janus
from janus.access.devices import MOST
from janus.blueprints.gate import PUBLIC, cookie_name

#: What is for people, and so no part of the API.
PAGES = ("frontend.", "setup.")


@pytest.fixture
def app(settings):
    with described(settings) as app:
        yield app


# The description by itself, and beside the code and the papers.


@pytest.mark.slow
def test_it_is_valid_and_carries_the_version_of_this_janus(client):
    from openapi_spec_validator import OpenAPIV31SpecValidator  # here: no other worker needs it

    served = client.get("/api/openapi.json").json

    OpenAPIV31SpecValidator(served).validate()
    assert served["openapi"].startswith("3.1.")
    assert served.pop("info") == {**DESCRIPTION["info"], "version": janus.__version__}
    assert served == {key: value for key, value in DESCRIPTION.items() if key != "info"}


def test_every_view_is_described_and_nothing_else(app):
    views = {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if not rule.endpoint.startswith(PAGES)
    }

    assert set(VIEWS) == views


def test_who_has_access_to_which_view_is_described_as_it_is(app):
    for rule in app.url_map.iter_rules():
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            if rule.endpoint.startswith(PAGES):
                continue
            view = VIEWS[f"{method} {rule.rule}"]
            public = rule.endpoint in PUBLIC
            page = {"cookie"} if method == "GET" else {"cookie", "key"}
            assert ("401" in view["responses"]) != public, rule
            ways = [way for way in security(view) if way]
            assert ways == [{"token"}, page] or (public and not ways), rule
            assert public == (set() in security(view) or not security(view)), rule


def test_the_cookie_is_called_as_the_gate_calls_it(app):
    with app.test_request_context(base_url="http://localhost:3000"):
        name = cookie_name()

    assert DESCRIPTION["components"]["securitySchemes"]["cookie"]["name"] == name


def test_everything_in_it_is_used():
    text = json.dumps(DESCRIPTION)
    parts = DESCRIPTION["components"]
    shown = set().union(*(way for view in VIEWS.values() for way in security(view)))
    unused = {
        name
        for kind in parts
        for name in parts[kind]
        if f'"#/components/{kind}/{name}"' not in text and name not in shown
    }

    assert shown == {*parts["securitySchemes"]}
    assert unused == {"MethodNotAllowed", "StreamEvents"}


def test_every_error_is_described_where_it_is_given_with_its_status():
    given = set()
    for response in [
        *(response for view in VIEWS.values() for response in view["responses"].items()),
        ("404", DESCRIPTION["components"]["responses"]["NotFound"]),
        ("405", DESCRIPTION["components"]["responses"]["MethodNotAllowed"]),
    ]:
        status, described = response
        assert int(status) < 400 or codes(described), described
        for code in codes(described):
            assert CODES[code] == status, code
            given.add(code)

    listed = DESCRIPTION["components"]["schemas"]["ErrorCode"]["enum"]
    assert sorted(listed) == sorted(CODES)
    assert {error.code for error in OWN_ERRORS} | {"METHOD_NOT_ALLOWED"} == set(listed)
    assert set(listed) == given


def test_the_table_of_calls_in_the_api_says_the_same():
    rows = re.findall(r"^\| `([A-Z]+ /[^`]+)` \|(.*?)\| (.+?) \|$", API, re.MULTILINE)
    assert {row[0].partition("?")[0] for row in rows} == set(VIEWS)
    for call, takes, gives in rows:
        name, _, query = call.partition("?")
        view = VIEWS[name]
        parameters = [resolved(parameter) for parameter in view.get("parameters", [])]
        required = {found["name"] for found in parameters if found.get("required")}
        assert required == set(re.findall(r"\w+", query)), call
        for found in parameters:
            assert found["name"] in call + takes, call
        body = body_of(view)
        fields = re.findall(r"(\w+)(\??)", takes) if "{" in takes else []
        assert {field for field, _ in fields} == body.get("properties", {}).keys(), call
        assert {field for field, maybe in fields if not maybe} == {*body.get("required", [])}, call
        success = resolved(next(it for status, it in view["responses"].items() if status < "300"))
        media = next(iter(success["content"].values()))
        if words := re.fullmatch(r"`([a-z_ ]+)`", gives):
            assert words[1].split() == [*resolved(media["schema"])["properties"]], call
        for word, schema in (("the state", "State"), ("the session", "SessionInfo")):
            assert (word in gives) == (media["schema"].get("$ref", "").endswith(f"/{schema}")), call


def test_the_events_of_the_stream_have_the_same_names_everywhere():
    schemas = DESCRIPTION["components"]["schemas"]
    kinds = schemas["ServerSentEvent"]["properties"]["event"]["enum"]
    listed = re.search(r"numbered by `id`: `([a-z_\s]+)`", API)[1].split()

    assert kinds == ["message", *schemas["StreamEvents"]["properties"]]
    assert kinds == ["message", *listed, "ping"]


def test_the_figures_in_the_papers_are_those_of_the_code():
    assert f"there are {MOST} devices already" in API
