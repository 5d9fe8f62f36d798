"""An ACP agent that does what the first word of its prompt says, see the functions below.

acp-agent [ODDITY]…         mute, version2, login, resume, …: see ``Agent``
~/healed, ~/stuck           it is no more dying, frozen or slow; it is stuck from now on
acp-agent recording FILE    write a recording, up to the next answer whenever something is asked
~/heard                     every message it received, a line each, and what it asked itself
~/.acp-fake/ID              a conversation: its prompts, a line each
"""

# It starts hundreds of times: pathlib, threading, and the public json, re and signal take longer to
# import than all else here.

import _signal as signal
import os
import sys
import time
from _json import encode_basestring_ascii, make_encoder, make_scanner

ODDITIES = set(sys.argv[1:])
HOME = os.path.expanduser("~")
TAKES = {"image": True, "embeddedContext": True}
AUTH_REQUIRED, NO_METHOD, INVALID_PARAMS, INTERNAL = -32000, -32601, -32602, -32603


class Json:
    """How JSON is read: as ``json.loads`` does it."""

    strict, memo = True, {}
    object_hook = object_pairs_hook = None
    parse_float, parse_int, parse_constant = float, int, float


def from_json(text):
    text = text.strip()
    value, end = make_scanner(Json)(text, 0)
    if end < len(text):
        raise ValueError(f"after the value: {text[end:]}")
    return value


def as_json(value, colon=": ", comma=", "):
    encoder = make_encoder(
        {}, None, encode_basestring_ascii, None, colon, comma, False, False, True
    )
    return "".join(encoder(value, 0))


class Failure(Exception):
    """Answer a request with an error: code, message, data."""


class Agent:
    def __init__(self):
        self.session = ""
        self.last_id = -1
        self.cancels = 0
        self.logged_in = False

    def write(self, **message):
        if "chatty" in ODDITIES:
            print("\x1b[33mwarning: not a message\x1b[0m\n[1, 2]\n", flush=True)
        message = {"jsonrpc": "2.0", **message}
        if "banner" in ODDITIES and "result" in message:
            import json

            print(json.dumps(message, indent=2, separators=(",", ": ")), flush=True)
        else:
            print(as_json(message, ":", ","), flush=True)

    def receive(self):
        line = sys.stdin.readline()
        if not line:
            sys.exit()
        with open(f"{HOME}/heard", "a") as file:
            file.write(line)
        message = from_json(line)
        self.cancels += message.get("method") == "session/cancel"
        return message

    def run(self):
        if "crash" in ODDITIES:
            sys.exit("Cannot use this model: gpt-9")
        while True:
            message = self.receive()
            if "method" in message and "id" in message:
                self.handle(message["id"], message["method"], message["params"])

    def handle(self, id, method, params):
        self.aftermath = []
        if method.startswith("_") and "selective" in ODDITIES:
            return  # it answers nothing that it does not know
        try:
            result = getattr(self, method.replace("/", "_"), unknown)(params)
        except Failure as failure:
            code, text, *data = failure.args
            error = {"code": code, "message": text, **({"data": data[0]} if data else {})}
            self.write(id=id, error=error)
        else:
            self.write(id=id, result=result)
        for update in self.aftermath:
            update() if callable(update) else self.update(**update)

    def initialize(self, params):
        if "mute" in ODDITIES:
            print("Which account do you want to use?", flush=True)
            sleep()
        if "banner" in ODDITIES:
            print("\x1b]0;agent\x07Welcome!\nLoading {1}\0", end="", flush=True)
        if "strange" in ODDITIES:
            raise Failure(INVALID_PARAMS, "Invalid params", {"details": "clientInfo"})
        sessions = {"list": {}, **({"resume": {}} if "resume" in ODDITIES else {})}
        return {
            "authMethods": [METHODS[name] for name in METHODS if name in ODDITIES],
            "protocolVersion": 2 if "version2" in ODDITIES else 1,
            "agentCapabilities": {
                "loadSession": "noload" not in ODDITIES,
                "promptCapabilities": TAKES if "sees" in ODDITIES else {},
                "sessionCapabilities": sessions,
            },
        }

    def session_new(self, params):
        if "alone" in ODDITIES and params["mcpServers"]:
            raise Failure(INVALID_PARAMS, "Invalid params", {"details": "mcpServers"})
        while "slow" in ODDITIES and not os.path.exists(f"{HOME}/healed"):
            time.sleep(0.01)
        if "login" in ODDITIES and not self.logged_in:
            raise Failure(AUTH_REQUIRED, "Authentication required")
        if "broken" in ODDITIES or ("shaky" in ODDITIES and not os.path.exists(f"{HOME}/shaken")):
            open(f"{HOME}/shaken", "a").close()
            raise Failure(INTERNAL, "Internal error", {"details": "no luck"})
        self.session = "--force" if "optional" in ODDITIES else os.urandom(16).hex()
        if "early" in ODDITIES:
            self.say("too early")
        if "other-modes" in ODDITIES and os.path.exists(f"{HOME}/healed"):
            return {"sessionId": self.session}
        return {"sessionId": self.session, "models": {"currentModelId": "fake[]"}, **MODES}

    def authenticate(self, params):
        if os.path.exists(f"{HOME}/stuck"):
            raise Failure(AUTH_REQUIRED, "Failed to open browser for login")
        if "patient" in ODDITIES:
            sleep()
        self.logged_in = True
        return {}

    def session_set_mode(self, params):
        if "stuck" in ODDITIES or os.path.exists(f"{HOME}/stuck"):
            raise Failure(INVALID_PARAMS, "Invalid params", {"details": "not today"})
        return {}

    def session_list(self, params):
        folder = f"{HOME}/.acp-fake"
        memories = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        page = int(params.get("cursor", 0))
        told = [
            {"sessionId": it, "cwd": params["cwd"], "title": f"About {it}"}
            for it in memories[page : page + 2]
        ]
        more = {"nextCursor": str(page + 2)} if len(memories) > page + 2 else {}
        return {"sessions": [*told, {"sessionId": "elsewhere", "cwd": "/"}], **more}

    def session_load(self, params):
        self.open(params)
        replay = [chunk("user", line) for line in lines_of(self.memory)]
        replay += [chunk("agent", "an old answer"), tool("old", status="completed")]
        if "loadmode" in ODDITIES:
            self.update(sessionUpdate="current_mode_update", currentModeId="plan")
            self.update(sessionUpdate="config_option_update", configOptions=[THINKING])
        if "loadasks" in ODDITIES:
            self.request("session/request_permission", permission("old"))
            self.answer()
        if "straggle" in ODDITIES:
            self.aftermath = replay
        elif "crawl" in ODDITIES:
            import threading

            threading.Thread(target=self.crawl, args=(replay * 2,), daemon=True).start()
        elif "loadempty" not in ODDITIES:
            for update in replay:
                self.update(**update)
        return None

    def crawl(self, updates):
        """Replay with pauses, while the requests that come meanwhile are answered."""
        for update in updates:
            time.sleep(0.2)
            self.update(**update)

    def session_resume(self, params):
        self.open(params)
        return MODES if "tells" in ODDITIES else {}

    def open(self, params):
        self.session = params["sessionId"]
        if "dying" in ODDITIES and not os.path.exists(f"{HOME}/healed"):
            sys.exit("Heap out of memory")
        if "frozen" in ODDITIES and not os.path.exists(f"{HOME}/healed"):
            sleep()
        if "forgetful" in ODDITIES or not os.path.exists(self.memory):
            raise Failure(INVALID_PARAMS, "Session not found")

    def session_prompt(self, params):
        if "login-late" in ODDITIES and not self.logged_in:
            raise Failure(AUTH_REQUIRED, "Authentication required")
        text = params["prompt"][0]["text"].rpartition("</session_context>")[2].lstrip()
        os.makedirs(os.path.dirname(self.memory), exist_ok=True)
        with open(self.memory, "a") as file:
            file.write(as_json(text[:100]) + "\n")
        self.cancels = 0
        word, _, rest = text.partition(" ")
        return {"stopReason": BEHAVIOURS.get(word, say)(self, rest) or "end_turn"}

    @property
    def memory(self):
        return f"{HOME}/.acp-fake/{self.session}"

    def update(self, **update):
        params = {"sessionId": self.session, "update": update}
        self.write(method="session/update", params=params)

    def say(self, text):
        self.update(**chunk("agent", text))

    def request(self, method, params, id=None):
        self.last_id = self.last_id + 1 if id is None else id
        with open(f"{HOME}/heard", "a") as file:
            file.write(as_json({"asked": method, "id": self.last_id}) + "\n")
        params = {"sessionId": self.session, **params}
        self.write(id=self.last_id, method=method, params=params)

    def tell(self, method, params):
        self.write(method=method, params=params)

    def answer(self):
        """The answer to the last request; what else arrives meanwhile is noted."""
        while True:
            message = self.receive()
            if "method" not in message and message["id"] == self.last_id:
                return message.get("result", message.get("error"))

    def wait_for_cancel(self):
        while not self.cancels:
            self.receive()


def unknown(params):
    raise Failure(NO_METHOD, "Method not found")


MODES = {
    "modes": {
        "currentModeId": "agent",
        "availableModes": [{"id": "agent", "name": "Agent"}, {"id": "plan", "name": "Plan"}],
    },
}
METHODS = {
    "cursor_login": {"id": "cursor_login", "name": "Cursor Login"},
    "terminal": {"id": "terminal", "name": "Log in", "type": "terminal", "args": ["login"]},
    "oauth": {"id": "oauth-personal", "name": "Log in with Google"},
    "stored": {"id": "stored", "name": "The login that is stored"},
}
THINKING = {
    "id": "think",
    "name": "Thinking",
    "type": "boolean",
    "currentValue": True,
}


def replay(agent, path):
    agent.receive()
    for line in lines_of(path):
        print(line, flush=True)
        if '"result"' in line:
            agent.receive()


def lines_of(path):
    with open(path) as file:
        return file.read().splitlines()


def chunk(who, text):
    return {"sessionUpdate": f"{who}_message_chunk", "content": {"type": "text", "text": text}}


def tool(id, **fields):
    return {"sessionUpdate": "tool_call", "toolCallId": id, "title": "echo hi", **fields}


def news(id, **fields):
    return {"sessionUpdate": "tool_call_update", "toolCallId": id, **fields}


def permission(call="call_1"):
    kinds = ("allow_once", "allow_always", "reject_once")
    options = [{"optionId": kind[::-1], "name": kind, "kind": kind} for kind in kinds]
    return {"toolCall": {"toolCallId": call}, "options": options}


def say(agent, text):
    """say TEXT: answer it, word by word"""
    for word in text.split(" "):
        agent.say(word + " ")


def updates(agent, text):
    """updates JSON: send these updates"""
    for update in from_json(text):
        agent.update(**update)


def after(agent, text):
    """after JSON: answer, and then send these updates"""
    agent.aftermath = from_json(text)


def do(agent, code):
    """do CODE: run it; ``later(SECONDS, FUNCTION)`` runs something after the answer"""
    agent.reason = None

    def later(seconds, function):
        agent.aftermath += [lambda: time.sleep(seconds), function]

    exec(code, {**globals(), "agent": agent, "later": later})
    return agent.reason


def request(agent, text):
    """request METHOD JSON: ask this, and say what was answered"""
    method, _, params = text.partition(" ")
    agent.request(method, from_json(params))
    agent.say(as_json(agent.answer()))


def ask(agent, _):
    """ask: for permission, and say what was answered"""
    agent.update(**tool("call_1", kind="execute", status="pending"))
    agent.request("session/request_permission", permission())
    agent.say(as_json(agent.answer()["outcome"]))
    return "cancelled" if agent.cancels else "end_turn"


def abandon(agent, _):
    """abandon: ask for permission, and end the turn without waiting for the answer"""
    agent.request("session/request_permission", permission())


def take_back(agent, id):
    """take-back ID: ask for permission with this id, cancel that, and say what was answered"""
    id = from_json(id)
    for wrong in ([id], None, "another", 1):
        agent.write(method="$/cancel_request", params={"requestId": wrong})
    agent.request("session/request_permission", permission(), id)
    agent.write(method="$/cancel_request", params={})
    agent.write(method="$/cancel_request", params={"requestId": id})
    agent.say(as_json(agent.answer()))


def complete(agent, text):
    """complete JSON: ask for a page to be opened, complete that, and say what was answered"""
    params = from_json(text)
    agent.request("elicitation/create", params)
    for id in ("another", None, params["elicitationId"], params["elicitationId"]):
        agent.write(method="elicitation/complete", params={"elicitationId": id})
    agent.say(as_json(agent.answer()))


def die_asking(agent, _):
    """die-asking: ask for permission, and be killed"""
    abandon(agent, _)
    os.kill(os.getpid(), signal.SIGKILL)


def late_ask(agent, _):
    """late-ask: answer, and ask for permission outside of any turn"""
    agent.write(id=3, result={"stopReason": "end_turn"})
    abandon(agent, _)
    agent.answer()


def hang(agent, how):
    """hang [REASON|error|ask]: say a little; when cancelled end so, or ask for permission first"""
    agent.say("Working ")
    agent.wait_for_cancel()
    if how == "error":
        raise Failure(INTERNAL, "aborted")
    if how == "ask":
        abandon(agent, "")
        agent.say(as_json(agent.answer()["outcome"]))
    return how if how == "end_turn" else "cancelled"


def ignore(agent, _):
    """ignore: say a little, never finish, hear of no cancelling"""
    agent.say("Working ")
    sleep()


def shell(agent, how):
    """shell HOW: run a command in the background; when cancelled leave it alone"""
    agent.update(**tool("call_2", kind="execute", status="in_progress"))
    import subprocess  # takes 5 ms, and few need it

    code = "import os, signal, time; " + how + "; open('shell', 'w').write(str(os.getpid()))"
    subprocess.Popen([sys.executable, "-c", f"{code}; time.sleep(1000)"], start_new_session=True)
    agent.say("Working ")
    agent.wait_for_cancel()
    return "cancelled"


def fail(agent, text):
    """fail CODE MESSAGE: answer with an error"""
    code, _, message = text.partition(" ")
    raise Failure(int(code), message, {"details": "so it is"})


def kill(agent, _):
    """kill: say a little, be killed in the middle of a line"""
    agent.say("Half ")
    print('{"jsonrpc":"2.0","meth', end="", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


def quit(agent, text):
    """quit TEXT: write it on stderr and exit"""
    sys.exit(text)


def pid(agent, _):
    """pid: say it"""
    agent.say(str(os.getpid()))


def close(agent, _):
    """close: stdout, and live on"""
    os.close(1)
    sleep()


def deafen(agent, _):
    """deafen: answer, close stdin, and live on"""
    agent.say("What? ")
    os.close(0)
    agent.write(id=3, result={"stopReason": "end_turn"})
    sleep()


def big(agent, size):
    """big SIZE: one message of so many bytes"""
    agent.say("x" * int(size))


def flood(agent, size):
    """flood SIZE: so many kB on stderr between two words"""
    agent.say("before ")
    sys.stderr.write(("y" * 1023 + "\n") * int(size))
    agent.say("after ")


def recall(agent, _):
    """recall: how many prompts this conversation had before"""
    agent.say(f"{len(lines_of(agent.memory)) - 1} before")


def write(agent, text):
    """write FILE TEXT: add a line to a file where it works, and say where that is"""
    file, _, line = text.partition(" ")
    with open(file, "a") as stream:
        stream.write(line + "\n")
    agent.say(os.getcwd())


def see_to(agent, text):
    """Please see to these comments …: each line commented on becomes what the comment says"""
    import re

    said = r"`([^`]+)`, line (\d+):\n\n```\n.*?\n```\n\n(.+?)(?=\n\n\d+\. `|\Z)"
    for path, line, words in re.findall(said, text, re.DOTALL):
        with open(path) as file:
            lines = file.read().split("\n")
        lines[int(line) - 1] = words
        with open(path, "w") as file:
            file.write("\n".join(lines))
        agent.update(**tool(path, title=f"Edit {path}", kind="edit", status="completed"))
    agent.say("All comments are seen to.")


def sleep():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    while True:
        time.sleep(1000)


BEHAVIOURS = {
    "say": say,
    "updates": updates,
    "after": after,
    "do": do,
    "request": request,
    "ask": ask,
    "abandon": abandon,
    "take-back": take_back,
    "complete": complete,
    "die-asking": die_asking,
    "late-ask": late_ask,
    "hang": hang,
    "ignore": ignore,
    "shell": shell,
    "fail": fail,
    "kill": kill,
    "quit": quit,
    "pid": pid,
    "close": close,
    "deafen": deafen,
    "big": big,
    "flood": flood,
    "recall": recall,
    "write": write,
    "Please": see_to,
}


def main():
    replay(Agent(), sys.argv[2]) if "recording" in ODDITIES else Agent().run()
