"""The agents Janus knows: how each is called, recognised, installed and logged in."""

from __future__ import annotations

from janus.agents.spec import DEMO_NAME, AgentSpec

CURSOR = AgentSpec(
    name="cursor-agent",
    label="Cursor",
    aliases=("cursor", "agent"),
    programs=("agent", "cursor-agent"),  # the new name is a common word, hence the version check
    version=r"\d{4}\.\d{2}\.\d{2}-[0-9a-f-]+",
    acp=("acp",),
    prints=True,
    mcp=("mcp",),
    environ=("CURSOR_*", "AGENT_CLI_CREDENTIAL_STORE", "NO_OPEN_BROWSER"),
    install="install it from cursor.com/cli, then run: agent login",
    login="agent login",
)
CLAUDE = AgentSpec(
    name="claude",
    label="Claude",
    aliases=("claude-code", "claude-agent-acp"),
    programs=("claude-agent-acp", "claude-code-acp"),
    version=None,
    acp=(),
    environ=("ANTHROPIC_*", "CLAUDE_*", "AWS_*", "GOOGLE_APPLICATION_CREDENTIALS"),
    install="run: npm install -g @agentclientprotocol/claude-agent-acp",
    login="claude, and there /login",
)
CODEX = AgentSpec(
    name="codex",
    label="Codex",
    aliases=("codex-acp",),
    programs=("codex-acp",),
    version=None,
    acp=(),
    environ=("OPENAI_*", "CODEX_*"),
    install="run: npm install -g @agentclientprotocol/codex-acp",
    login="codex login",
)
GEMINI = AgentSpec(
    name="gemini",
    label="Gemini",
    acp=("--acp",),
    environ=("GEMINI_*", "GOOGLE_*"),
    install="run: npm install -g @google/gemini-cli",
    login="gemini, and choose how to log in",
)
OPENCODE = AgentSpec(
    name="opencode",
    label="opencode",
    acp=("acp",),
    environ=("OPENCODE_*",),
    install="run: npm install -g opencode-ai",
    login="opencode auth login",
)
COPILOT = AgentSpec(
    name="copilot",
    label="Copilot",
    acp=("--acp", "--stdio"),
    environ=("COPILOT_*", "GH_TOKEN", "GITHUB_TOKEN"),
    install="run: npm install -g @github/copilot",
    login="copilot login",
)
QWEN = AgentSpec(
    name="qwen",
    label="Qwen",
    aliases=("qwen-code",),
    acp=("--acp",),
    environ=("QWEN_*", "DASHSCOPE_*", "OPENAI_*"),
    install="run: npm install -g @qwen-code/qwen-code",
    login="qwen, and there /auth",
)
GOOSE = AgentSpec(
    name="goose",
    label="goose",
    acp=("acp",),
    environ=("GOOSE_*",),
    given=(("GOOSE_MODE", "approve"),),  # it never asks otherwise
    install="install it from its project page, then run: goose configure",
    login="goose configure",
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
