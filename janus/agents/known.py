"""The agents Janus knows: how each is called, recognised, installed and logged in."""

from __future__ import annotations

from janus.agents.spec import DEMO_NAME, AgentSpec

#: The clouds through which some agents reach their models, each by what its own tools read.
_AMAZON = ("AWS_*",)
_GOOGLE = ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_*", "CLOUDSDK_*")
_AZURE = ("AZURE_*",)

CURSOR = AgentSpec(
    name="cursor-agent",
    label="Cursor",
    aliases=("cursor", "agent"),
    programs=("agent", "cursor-agent"),
    common=("agent",),
    version=r"\d{4}\.\d{2}\.\d{2}-[0-9a-f-]+",
    acp=("acp",),
    prints=True,
    mcp=("mcp",),
    environ=("CURSOR_*", "AGENT_CLI_CREDENTIAL_STORE", "NO_OPEN_BROWSER", *_AMAZON),
    install="install it from cursor.com/cli, then run: agent login",
    login="agent login",
    resume=("cursor-agent", "--resume"),
    resumes="print",  # it does not find what is held over ACP
    logins=("CURSOR_API_KEY", ".config/cursor/auth.json"),
)
CLAUDE = AgentSpec(
    name="claude",
    label="Claude",
    aliases=("claude-code", "claude-agent-acp"),
    programs=("claude-agent-acp", "claude-code-acp"),
    adapts="claude",
    version=None,
    acp=(),
    environ=(
        *("ANTHROPIC_*", "CLAUDE_*", "CLOUD_ML_REGION", "VERTEX_REGION_*"),
        *(*_AMAZON, *_GOOGLE, *_AZURE),
    ),
    install="run: npm install -g @agentclientprotocol/claude-agent-acp",
    login="claude, and there /login",
    resume=("claude", "--resume"),
    logins=("ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN", ".claude/.credentials.json"),
)
CODEX = AgentSpec(
    name="codex",
    label="Codex",
    aliases=("codex-acp",),
    programs=("codex-acp",),
    adapts="codex",
    version=None,
    acp=(),
    environ=("OPENAI_*", "CODEX_*", *_AMAZON, *_AZURE),
    install="run: npm install -g @agentclientprotocol/codex-acp",
    login="codex login",
    resume=("codex", "resume"),
    logins=("OPENAI_API_KEY", "CODEX_API_KEY", ".codex/auth.json"),
)
GEMINI = AgentSpec(
    name="gemini",
    label="Gemini",
    acp=("--acp",),
    environ=("GEMINI_*", "GOOGLE_*", "CLOUDSDK_*"),
    install="run: npm install -g @google/gemini-cli",
    login="gemini, and choose how to log in",
    resume=("gemini", "--resume"),
    logins=("GEMINI_API_KEY", "GOOGLE_API_KEY", ".gemini/oauth_creds.json"),
)
OPENCODE = AgentSpec(
    name="opencode",
    label="opencode",
    acp=("acp",),
    environ=("OPENCODE_*", "VERTEX_*", "VERTEXAI_*", *_AMAZON, *_GOOGLE, *_AZURE),
    install="run: npm install -g opencode-ai",
    login="opencode auth login",
    resume=("opencode", "--session"),
    logins=(".local/share/opencode/auth.json",),
)
COPILOT = AgentSpec(
    name="copilot",
    label="Copilot",
    acp=("--acp", "--stdio"),
    environ=("COPILOT_*", "GH_TOKEN", "GITHUB_TOKEN"),
    install="run: npm install -g @github/copilot",
    login="copilot login",
    resume=("copilot", "--resume"),
    logins=("COPILOT_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"),
)
QWEN = AgentSpec(
    name="qwen",
    label="Qwen",
    aliases=("qwen-code",),
    acp=("--acp",),
    environ=("QWEN_*", "DASHSCOPE_*", "OPENAI_*"),
    install="run: npm install -g @qwen-code/qwen-code",
    login="qwen, and there /auth",
    resume=("qwen", "--resume"),
    logins=("DASHSCOPE_API_KEY", ".qwen/oauth_creds.json"),
)
GOOSE = AgentSpec(
    name="goose",
    label="goose",
    acp=("acp",),
    environ=("GOOSE_*", "GCP_*", "DATABRICKS_*", *_AMAZON, *_GOOGLE, *_AZURE),
    given=(("GOOSE_MODE", "approve"),),  # it never asks otherwise
    install="install it from its project page, then run: goose configure",
    login="goose configure",
    resume=("goose", "session", "--resume", "--session-id"),
)
DEMO = AgentSpec(name=DEMO_NAME, label="The demo agent", aliases=("demo",), acp=("acp",))
#: In the order of preference; the demo comes last.
KNOWN = (CURSOR, CLAUDE, CODEX, GEMINI, OPENCODE, COPILOT, QWEN, GOOSE, DEMO)
#: The name of the owner's own ACP command.
CUSTOM = "custom"


def names() -> list[str]:
    """Every name an agent goes by."""
    return [CUSTOM, *(name for spec in KNOWN for name in (spec.name, *spec.aliases))]


def spec_of(name: str) -> AgentSpec | None:
    """The agent that *name* stands for, which may be an alias."""
    return next((spec for spec in KNOWN if name in (spec.name, *spec.aliases)), None)
