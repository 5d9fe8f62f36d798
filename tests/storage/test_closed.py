"""What another program makes in a folder of ours is closed to other users, and nothing else is."""

import stat

from janus.storage.closed import close_to_others


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_all_in_it_is_closed_but_links_lead_nowhere(tmp_path):
    outside = tmp_path / "outside"
    outside.write_text("theirs")
    outside.chmod(0o644)
    ours = tmp_path / "ours"
    for place in ("", "refs/heads", "objects/aa"):
        (ours / place).mkdir(parents=True, exist_ok=True)
        (ours / place / "file").write_text("x")
        (ours / place / "file").chmod(0o664)
    (ours / "refs").chmod(0o777)
    (ours / "run").write_text("x")
    (ours / "run").chmod(0o755)
    (ours / "link").symlink_to(outside)

    close_to_others(ours, but="objects")

    assert mode(outside) == 0o644
    assert [mode(ours / it) for it in ("", "refs", "refs/heads", "objects")] == [0o700] * 4
    assert [mode(ours / it) for it in ("file", "refs/heads/file", "run")] == [0o600, 0o600, 0o700]
    assert mode(ours / "objects" / "aa" / "file") == 0o664


def test_what_is_not_there_is_no_matter(tmp_path):
    close_to_others(tmp_path / "missing", but="objects")
