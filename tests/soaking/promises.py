"""What a client was promised, and what is raised when it is not so."""

from dataclasses import dataclass, field


class Lost(AssertionError):
    """Something is not as it was promised."""


def expect(condition, why):
    if not condition:
        raise Lost(why)


@dataclass
class Known:
    """A session as its client knows it; the ``maybe_`` things were asked and not answered."""

    id: str
    name: str | None = None
    branch: str | None = None
    worktree: str | None = None
    maybe_names: set = field(default_factory=set)
    said: dict = field(default_factory=dict)  # message -> whether it was acknowledged
    created: bool = False
    maybe_ended: bool = False
    maybe_cleaned: bool = False
    ended: bool = False

    @property
    def must_be_there(self):
        return self.created and not self.ended and not self.maybe_ended
