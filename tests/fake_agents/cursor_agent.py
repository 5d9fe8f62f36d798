"""What the fake cursor-agent does where its shell does not: see there, and the functions below.

What it does is told by the first word of its prompt.
"""

# It starts thousands of times: what few prompts need is imported where it is needed, and the public
# json and signal nowhere: they take longer than all else here.

import _signal as signal
import os
import sys
import time
from _json import encode_basestring_ascii

DATA = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../data/cursor-agent")
UNKNOWN = os.environ.get("CURSOR_FAKE_UNKNOWN", "").split(",")
STORE = os.path.expanduser("~/.cursor/chats")  # kept if it is there
TAKES_VALUE = ("--output-format", "--model")


def main():
    argv = sys.argv[1:]
    options, prompt = {}, None
    while argv:
        option = argv.pop(0)
        if option == "--":
            prompt = " ".join(argv)
            break
        if option in UNKNOWN:
            fail(f"error: unknown option '{option}'\n(Did you mean --help?)")
        option, given, value = option.partition("=")
        options[option] = value if given else argv.pop(0) if option in TAKES_VALUE else True
    if prompt is None:
        prompt = sys.stdin.read()
    if not prompt:
        fail("Error: No prompt provided for print mode")
    if record := os.environ.get("CURSOR_FAKE_LOG"):
        with open(record, "a") as file:
            file.write(as_json({"argv": sys.argv[1:], "prompt": prompt, "pid": os.getpid()}) + "\n")
    if "--trust" not in options and "--trust" not in UNKNOWN:
        fail(recorded("hcn-trust-01.stderr.txt"))
    chat = Chat(options.get("--resume") or os.urandom(16).hex(), options)
    prompt = prompt.rpartition("</session_context>")[2].lstrip()
    word, _, rest = prompt.partition(" ")
    behaviour = BEHAVIOURS.get(word)
    behaviour(chat, rest) if behaviour else answer(chat, f"You said: {prompt}")


def as_json(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{as_json(key)}: {as_json(it)}" for key, it in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_json, value)) + "]"
    return encode_basestring_ascii(value) if isinstance(value, str) else str(value).lower()


def recorded(name):
    with open(os.path.join(DATA, name), encoding="utf-8") as file:
        return file.read()


def fail(text, code=1):
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
    sys.exit(code)


class Chat:
    def __init__(self, id, options):
        self.id = id
        self.partial = "--stream-partial-output" in options
        self.memory = os.path.expanduser(f"~/.cursor-fake/{id}")
        signal.signal(signal.SIGINT, lambda *_: fail("Aborting operation...", 130))

    def write(self, **event):
        print(as_json({**event, "session_id": self.id}), flush=True)

    def begin(self):
        self.write(type="system", subtype="init", model="Fake", cwd=os.getcwd())
        os.makedirs(os.path.dirname(self.memory), exist_ok=True)
        with open(self.memory, "a") as file:
            file.write("turn\n")
        if os.path.isdir(STORE):
            os.makedirs(f"{STORE}/of this workspace/{self.id}", exist_ok=True)

    def text(self, text, **marks):
        content = [{"type": "text", "text": text}]
        self.write(type="assistant", message={"role": "assistant", "content": content}, **marks)

    def say(self, text):
        if self.partial:
            for piece in text.split(" "):
                self.text(piece + " ", timestamp_ms=1)
        self.text(text + " " if self.partial else text)

    def end(self, text, **result):
        self.write(type="result", subtype="success", result=text, **{"is_error": False, **result})


def answer(chat, text):
    """say TEXT: answer it"""
    chat.begin()
    chat.say(text)
    chat.end(text)


def replay(chat, name):
    """replay NAME: write a recording to the letter"""
    for line in recorded(f"{name}.ndjson").splitlines():
        print(line, file=sys.stdout if line.startswith("{") else sys.stderr, flush=True)
    sys.exit("fatal" in name)


def die(chat, code):
    """die CODE: say a little, then exit without a result"""
    chat.begin()
    chat.say("Half an answer")
    sys.exit(int(code))


def name(chat, id):
    """name ID: answer, with this as the conversation's id"""
    chat.id = id
    chat.end("Renamed")


def tool(chat, how):
    """tool end|die|hang: begin a tool call that is never finished, and so on"""
    chat.begin()
    call = {"shellToolCall": {"args": {"command": "sleep 9"}}}
    chat.write(type="tool_call", subtype="started", call_id="c", tool_call=call)
    if how == "hang":
        sleep()
    if how == "die":
        sys.exit(1)
    chat.end("Done")


def stop(chat, reason):
    """stop REASON: answer, with a reason"""
    chat.begin()
    chat.end("Cut", stop_reason=reason)


def kill(chat, _):
    """kill: be killed in the middle of a line"""
    chat.begin()
    chat.say("Half an answer")
    print('{"type":"assis', end="", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


def complain(chat, text):
    """complain TEXT: write it on stderr and exit 1 before anything else"""
    fail(text)


def hang(chat, _):
    """hang: begin, say a little, never finish; obeys Ctrl-C"""
    chat.begin()
    chat.say("Wait for it")
    sleep()


def stubborn(chat, _):
    """stubborn: the same, obeying nothing but SIGKILL"""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    hang(chat, _)


def detach(chat, _):
    """detach: start what shall outlive everything, and obey nothing but SIGKILL"""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # which is inherited
    sleeping = ["sleep", "1000"]
    os.posix_spawn("/bin/sleep", sleeping, os.environ, setsid=True)
    os.posix_spawn("/usr/bin/nohup", ["nohup", *sleeping], os.environ, setpgroup=0)
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execv("/bin/sleep", sleeping)
        os._exit(0)
    os.wait()
    stubborn(chat, "")


def linger(chat, text):
    """linger TEXT: answer, but never exit"""
    answer(chat, text)
    sleep()


def silent(chat, _):
    """silent: nothing at all"""
    sleep()


def until(chat, path):
    """until PATH: say a little, and finish when there is such a file"""
    chat.begin()
    chat.say("Working")
    while not os.path.exists(path):
        time.sleep(0.005)
    chat.say("Done")
    chat.end("")


def recall(chat, _):
    """recall: how many turns this conversation has had"""
    turns = 0
    if os.path.exists(chat.memory):
        with open(chat.memory) as file:
            turns = len([*file])
    answer(chat, f"{turns} turns before")


def environment(chat, _):
    """environment: the names of the variables it sees"""
    answer(chat, " ".join(sorted(os.environ)))


def empty(chat, _):
    """empty: finish without a word"""
    chat.begin()
    chat.end("")


def refuse(chat, text):
    """refuse TEXT: a result that says it failed"""
    chat.begin()
    chat.end(text, is_error=True)


def flood(chat, size):
    """flood SIZE: so many kB in one line"""
    answer(chat, "x" * int(size) * 1024)


def write(chat, text):
    """write FILE TEXT: add a line to a file where it works, and say where that is"""
    file, _, line = text.partition(" ")
    with open(file, "a") as stream:
        stream.write(line + "\n")
    answer(chat, os.getcwd())


def tell(chat, text):
    """tell BASE64: answer just these bytes, for those that no prompt may have"""
    import base64

    answer(chat, base64.b64decode(text).decode())


def call(chat, url):
    """call URL: what that answers to a program without a credential"""
    import urllib.error
    import urllib.request

    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            answer(chat, f"{response.status}")
    except urllib.error.HTTPError as error:
        answer(chat, f"{error.code}")


def sleep():
    while True:
        time.sleep(1000)


BEHAVIOURS = {
    "say": answer,
    "replay": replay,
    "die": die,
    "name": name,
    "tool": tool,
    "stop": stop,
    "kill": kill,
    "complain": complain,
    "hang": hang,
    "stubborn": stubborn,
    "detach": detach,
    "linger": linger,
    "silent": silent,
    "until": until,
    "recall": recall,
    "environment": environment,
    "empty": empty,
    "refuse": refuse,
    "flood": flood,
    "write": write,
    "tell": tell,
    "call": call,
}
