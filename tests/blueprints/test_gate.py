"""Authentication and authorisation: every endpoint, asked by those who have no access."""

import io

import pytest
from flask.testing import FlaskClient

from janus.blueprints.gate import PUBLIC

OWN = "http://localhost"
BAD_HOSTS = [
    "evil.example", "localhost.evil.example", "localhost:8080", "127.0.0.1.nip.io", "2130706433",
    "0x7f000001", "user@localhost", "localhost:80@evil.example", "0.0.0.0", "localhost.",
    "[::1", "localhost:80:80", "", "127.1", "[::]", "localhost\u3002", "janus.local",
]  # fmt: skip
GOOD_HOSTS = ["localhost", "localhost:80", "LOCALHOST", "127.0.0.1", "127.0.0.1:80", "[::1]"]
BAD_ORIGINS = [
    "null", "http://localhost:3001", "https://localhost", "http://127.0.0.1", "file://",
    "http://evil.example", "http://localhost@evil.example", "http://localhost.evil.example",
    "http://localhost:80.evil.example", "http://[::1]", "localhost", "http://localhost/",
    "http://LOCALHOST ", "chrome-extension://abc",
]  # fmt: skip


class Page(FlaskClient):
    """A browser with a paired page: it sends its cookie, its origin and its write key."""

    key = ""

    def pair(self, scope="full"):
        code = self.application.extensions["janus"].pairing.open(scope)
        answer = self.open(
            "/api/pair", method="POST", json={"code": code.shown, "name": "Ada's phone"},
            headers={"Origin": OWN},
        )  # fmt: skip
        assert answer.status_code == 201, answer.text
        self.key = answer.json["key"]
        return answer

    def write(self, path, json=None, method="POST", **headers):
        named = {"Origin": OWN, "X-Janus-Key": self.key}
        given = {name.replace("_", "-"): text for name, text in headers.items()}
        merged = {name: text for name, text in {**named, **given}.items() if text is not None}
        return self.open(path, method=method, json=json or {}, headers=merged)


@pytest.fixture
def page(app):
    page = Page(app, app.response_class, use_cookies=True)
    page.pair()
    return page


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["/?p={}", "/p={}", "/api/pair?code={}", "/api/pair?p={}"])
def test_who_only_looks_at_a_link_spends_no_code(app, stranger, method, path):
    code = app.extensions["janus"].pairing.open("full").shown  # previews and scanners fetch links

    with stranger.open(path.format(code), method=method) as looked:
        assert looked.status_code != 201

    pair = {"path": "/api/pair", "json": {"code": code, "name": "a phone"}}
    with Page(app, app.response_class).post(**pair, headers={"Origin": OWN}) as paired:
        assert paired.status_code == 201


def refused(response, status, code):
    assert (response.status_code, response.json["error"]["code"]) == (status, code), response.text
    assert response.headers["X-Request-ID"] and "Traceback" not in response.text
    return response.json["error"]["message"]


def endpoints(app):
    for rule in app.url_map.iter_rules():
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            yield rule, method


def test_threat_1_every_endpoint_but_the_public_ones_is_closed(app, stranger):
    closed = [(r, m) for r, m in endpoints(app) if r.endpoint not in PUBLIC]
    assert len(closed) > 15

    for rule, method in closed:
        for headers in ({}, {"Origin": OWN}, {"Authorization": "Bearer nonsense"}):
            response = stranger.open(rule.rule, method=method, json={}, headers=headers)
            refused(response, 401, "UNAUTHORIZED")
    for path in ("/api/nothing", "/api/", "/api/ask/x"):
        refused(stranger.get(path), 401, "UNAUTHORIZED")
    for method in ("PUT", "PATCH", "TRACE", "DELETE"):
        assert stranger.open("/api/sessions", method=method).status_code in (401, 405)


def test_threat_1_what_is_public_is_known_by_name(app):
    public = {(rule.rule, method) for rule, method in endpoints(app) if rule.endpoint in PUBLIC}

    assert public == {
        ("/", "GET"), ("/<page:path>", "GET"), ("/health", "GET"), ("/api/health", "GET"),
        ("/api/pair", "POST"), ("/api/push/receipt", "POST"), ("/setup", "GET"), ("/ca.crt", "GET"),
        ("/api/fleet/enter", "POST"), ("/api/fleet/left", "POST"), ("/share", "GET"),
        ("/share", "POST"),
    }  # fmt: skip


@pytest.mark.parametrize("host", BAD_HOSTS)
def test_threat_2_a_name_of_somebody_elses_is_refused(host, client, page, stranger):
    for who in (client, page, stranger):
        refused(who.get("/api/sessions", headers={"Host": host}), 403, "FORBIDDEN")
        refused(who.get("/", headers={"Host": host}), 403, "FORBIDDEN")


@pytest.mark.parametrize("host", GOOD_HOSTS)
def test_threat_2_its_own_names_are_accepted(host, client):
    assert client.get("/api/sessions", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("origin", BAD_ORIGINS)
def test_threat_3_another_origin_can_do_nothing_with_the_cookie(origin, page):
    for response in (
        page.write("/api/session/start", Origin=origin),
        page.get("/api/sessions", headers={"Origin": origin}),
        page.get("/api/chat/stream?session_id=a", headers={"Origin": origin}),
        page.write("/api/pair", {"code": "x", "name": "y"}, Origin=origin),
    ):
        refused(response, 403, "FORBIDDEN")
        assert "Access-Control-Allow-Origin" not in response.headers


def test_threat_3_a_page_on_another_port_has_no_write_key(page):
    for wrong in (None, "", "guess", "\xff"):
        refused(page.write("/api/session/start", X_Janus_Key=wrong), 403, "FORBIDDEN")
    refused(page.write("/api/session/start", Origin=None), 403, "FORBIDDEN")
    assert page.write("/api/session/start").status_code == 201


@pytest.mark.parametrize("site", ["same-site", "cross-site"])
def test_threat_3_reading_without_an_origin_needs_to_come_from_here(site, page):
    headers = {"Sec-Fetch-Site": site}

    refused(page.get("/api/sessions", headers=headers), 403, "FORBIDDEN")
    assert page.get("/", headers=headers, buffered=True).status_code == 200  # a link to it
    for own in ("same-origin", "none"):
        assert page.get("/api/sessions", headers={"Sec-Fetch-Site": own}).status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_threat_3_a_form_cannot_write(kind, page):
    response = page.open(
        "/api/session/start", method="POST", data=b"{}", content_type=kind,
        headers={"Origin": OWN, "X-Janus-Key": page.key},
    )  # fmt: skip
    refused(response, 415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("origin", [OWN, "null", "http://evil.example"])
def test_threat_3_what_is_shared_without_a_worker_is_not_taken_and_the_page_says_so(origin, page):
    for who in (page, page.application.test_client()):
        told = who.post("/share", data={"files": (io.BytesIO(b"x" * 99999), "film.mp4")},
                        headers={"Origin": origin, "Sec-Fetch-Site": "cross-site"})  # fmt: skip
        assert (told.status_code, told.headers["Location"]) == (303, "./#/share/lost")
    refused(page.post("/share", headers={"Host": "evil.example"}), 403, "FORBIDDEN")
    assert page.get("/share").headers["Location"] == "./#/share"


def test_threat_3_reading_changes_nothing(app):
    reading = {rule.rule for rule, method in endpoints(app) if method == "GET"}

    assert reading == {
        "/", "/<page:path>", "/share", "/health", "/api/health", "/api/agents",
        "/api/agents/conversations",
        "/api/attachment", "/api/branches", "/api/changes", "/api/changes/file", "/api/chat/stream",
        "/api/devices", "/api/digest", "/api/file", "/api/files", "/api/fleet", "/api/folders",
        "/api/history", "/api/history/index", "/api/image", "/api/memory", "/api/memory/context",
        "/api/messages",
        "/api/openapi.json", "/api/permission", "/api/projects", "/api/push/subscription",
        "/api/recall/search", "/api/recall/session", "/api/review", "/api/session",
        "/api/session/transcript",
        "/api/sessions", "/api/state", "/api/voice", "/ca.crt", "/metrics", "/setup",
    }  # fmt: skip


def test_threat_4_no_answer_can_be_framed_or_read_from_elsewhere(client, stranger):
    for response in (
        client.get("/api/sessions"), client.get("/", buffered=True), stranger.get("/api/sessions"),
        client.get("/api/nothing"), client.put("/api/sessions"), client.get("/nothing.js"),
    ):  # fmt: skip
        assert response.headers["X-Frame-Options"] == "DENY"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert response.headers["Referrer-Policy"] == "no-referrer"
    assert client.get("/api/sessions").headers["Cache-Control"] == "no-store"


def test_threat_8_a_session_id_is_no_credential(client, stranger):
    id = client.post("/api/session/start").json["session_id"]

    refused(stranger.get(f"/api/state?session_id={id}"), 401, "UNAUTHORIZED")


def test_threat_9_a_cookie_of_somebody_elses_choice_is_replaced(app):
    page = Page(app, app.response_class, use_cookies=True)
    page.set_cookie("janus-80", "chosen")
    page.pair()

    [cookie] = [c for c in page._cookies.values() if c.key == "janus-80"]
    assert cookie.value != "chosen"
    assert cookie.http_only and cookie.same_site == "Strict" and cookie.path == "/"
    refused(
        FlaskClient(app, app.response_class).get(
            "/api/sessions", headers={"Cookie": "janus-80=chosen"}
        ),
        401, "UNAUTHORIZED",
    )  # fmt: skip


def test_threat_10_over_https_the_cookie_never_leaves_it(app):
    page = Page(app, app.response_class, use_cookies=True)
    code = app.extensions["janus"].pairing.open()

    answer = page.open(
        "/api/pair", method="POST", json={"code": code.text, "name": "x"},
        base_url="https://localhost", headers={"Origin": "https://localhost"},
    )  # fmt: skip

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-janus-443=") and "Domain" not in cookie
    assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))


@pytest.mark.parametrize(
    "name", ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "X-Real-IP",
             "X-HTTP-Method-Override", "Tailscale-User-Login"],
)  # fmt: skip
def test_threat_22_forged_headers_open_nothing(name, stranger):
    headers = {name: "127.0.0.1"}

    refused(stranger.get("/api/sessions", headers=headers), 401, "UNAUTHORIZED")


def test_threat_24_a_revoked_device_is_out_with_the_next_request(page, client):
    [paired] = [d for d in client.get("/api/devices").json["devices"] if d["kind"] == "page"]
    assert page.get("/api/sessions").status_code == 200

    answer = client.delete(f"/api/devices?device_id={paired['device_id']}")

    assert answer.json == {"revoked": 1}
    refused(page.get("/api/sessions"), 401, "UNAUTHORIZED")
    refused(client.delete("/api/devices?device_id=nobody"), 404, "NOT_FOUND")


def test_threat_25_a_stranger_learns_nothing(stranger, settings):
    assert stranger.get("/api/health").json == {"status": "ok"}
    assert stranger.get("/health").text == "OK"
    for path in ("/", "/api/sessions", "/api/health"):
        response = stranger.get(path, buffered=True)
        told = f"{response.text} {response.headers}"
        assert str(settings.workspace) not in told and "0.1.0" not in told


def test_a_program_comes_in_with_its_token_alone(client, app):
    token = client.post("/api/tokens", json={"name": "ci"}).json["token"]
    program = FlaskClient(app, app.response_class)
    headers = {"Authorization": f"Bearer {token}"}

    assert program.post("/api/session/start", headers=headers).status_code == 201
    for header in ("Bearer", "Bearer ", f"Basic {token}", token, f"Bearer {token}x"):
        response = program.get("/api/sessions", headers={"Authorization": header})
        refused(response, 401, "UNAUTHORIZED")


def test_the_cookie_of_a_page_is_no_token(page):
    [cookie] = page._cookies.values()
    bearer = {"Authorization": f"Bearer {cookie.value}"}

    response = page.post("/api/session/start", headers=bearer)

    refused(response, 403, "FORBIDDEN")


def test_who_may_only_look_can_only_look(app, client):
    page = Page(app, app.response_class, use_cookies=True)
    assert page.pair("read").json["scope"] == "read"
    token = client.post("/api/tokens", json={"name": "ci", "scope": "read"}).json["token"]
    headers = {"Authorization": f"Bearer {token}"}
    program = FlaskClient(app, app.response_class)

    assert page.get("/api/sessions").status_code == 200
    assert program.get("/api/sessions", headers=headers).status_code == 200
    for path in ("/api/session/start", "/api/pair/new", "/api/tokens", "/api/chat"):
        refused(page.write(path, {"name": "x", "message": "x"}), 403, "FORBIDDEN")
        refused(program.post(path, json={"name": "x"}, headers=headers), 403, "FORBIDDEN")
    refused(program.delete("/api/devices?device_id=all", headers=headers), 403, "FORBIDDEN")


def test_a_device_lets_in_another_one(page, app):
    answer = page.write("/api/pair/new", {"scope": "read"})
    code = answer.json["url"].partition("#p=")[2]
    assert answer.json["url"].startswith("http://127.0.0.1:0/#p=") and answer.status_code == 201

    other = Page(app, app.response_class, use_cookies=True)
    paired = other.open(
        "/api/pair", method="POST", json={"code": code, "name": "tablet"}, headers={"Origin": OWN}
    )

    assert paired.json["scope"] == "read"
    names = {device["name"] for device in page.get("/api/devices").json["devices"]}
    assert {"Ada's phone", "tablet"} <= names


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "INVALID_REQUEST"),
        ({"code": 5}, 400, "INVALID_REQUEST"),
        ({"code": "x" * 300}, 400, "INVALID_REQUEST"),
        ({"code": "WRONG-WRONG"}, 403, "FORBIDDEN"),
    ],
)
def test_pairing_wrongly_says_so(body, status, code, stranger):
    response = stranger.post("/api/pair", json=body, headers={"Origin": OWN})

    refused(response, status, code)


def test_guessing_is_slowed_down(stranger):
    for _ in range(5):
        stranger.post("/api/pair", json={"code": "WRONG"}, headers={"Origin": OWN})

    response = stranger.post("/api/pair", json={"code": "WRONG"}, headers={"Origin": OWN})

    refused(response, 429, "RATE_LIMITED")
    assert 0 < int(response.headers["Retry-After"]) <= 60


@pytest.mark.parametrize("path", ["/api/tokens", "/api/pair/new"])
def test_a_scope_that_is_none_is_refused(path, client):
    refused(client.post(path, json={"name": "x", "scope": "root"}), 400, "INVALID_REQUEST")


def test_a_page_that_lost_its_second_half_pairs_again(page, app):
    [before] = page.get("/api/devices").json["devices"]
    code = app.extensions["janus"].pairing.open()
    headers = {"Origin": OWN}  # the cookie is sent along, and no key

    again = page.open("/api/pair", method="POST", json={"code": code.text}, headers=headers)

    assert again.status_code == 201
    [after] = page.get("/api/devices").json["devices"]
    assert after["device_id"] == again.json["device_id"] != before["device_id"]


def test_a_code_is_not_used_up_when_there_is_no_room(page, app):
    janus = app.extensions["janus"]
    others = [janus.devices.register("", "read", page=False).device for _ in range(31)]
    code = janus.pairing.open()
    other = Page(app, app.response_class, use_cookies=True)

    def pair():
        headers = {"Origin": OWN}
        return other.open("/api/pair", method="POST", json={"code": code.text}, headers=headers)

    refused(pair(), 409, "TOO_MANY_DEVICES")
    janus.devices.revoke(others[0].id)
    assert pair().status_code == 201


def test_whoever_opens_the_page_is_remembered_from_then_on(page, client):
    again = page.get("/", buffered=True).headers["Set-Cookie"]

    assert "Max-Age=7776000" in again and "HttpOnly" in again and "SameSite=Strict" in again
    assert page.get("/api/sessions").status_code == 200
    assert "Set-Cookie" not in page.get("/api/sessions").headers
    assert "Set-Cookie" not in client.get("/", buffered=True).headers
