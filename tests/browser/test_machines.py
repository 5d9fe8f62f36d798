"""Two machines: what a phone at the doorway shows of the other one, and while that sleeps."""

import os
import re

import browsing
import pytest
from browsing import answers, ask, back, button, composer, expect, first_words
from conftest import wait_for
from serving import Server

visit = browsing.visit


@pytest.fixture
def machines(tmp_path, fork_server):
    """The doorway and a laptop, each a real Janus with an address of its own."""
    subnet = 1 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    servers = []
    for number, name in enumerate(("home", "laptop"), 1):
        (tmp_path / name).mkdir()
        address = f"127.1.{subnet}.{number}"
        servers.append(Server(tmp_path / name, JANUS_AGENT="demo", JANUS_HOST=address))
    home, laptop = servers
    code = home.owner.post("/api/fleet/invite", {"name": "home"})["code"]
    laptop.owner.post("/api/fleet/join", {"code": code, "name": "laptop"})
    yield home, laptop
    for server in servers:
        server.stop()


def machine(home):
    return home.owner.get("/api/fleet")["machines"][0]


@pytest.mark.slow(20)
def test_a_machine_is_chosen_is_looked_at_sleeps_and_wakes(machines, visit):
    home, laptop = machines
    wait_for(lambda: machine(home)["online"])
    page = visit(home, timezone_id="UTC")
    chip = page.get_by_role("combobox", name="New session on")
    garden = laptop.workspace.with_name("garden")
    garden.mkdir()
    laptop.owner.post("/api/projects", {"path": str(garden)})
    chip.select_option(label="laptop")
    there = page.get_by_role("combobox", name="Project")
    expect(there.get_by_role("option")).to_have_text(["shop", "garden"])
    first_words(page).fill("Where is the cart?")
    button(page, "Start").click()

    expect(answers(page)).to_contain_text("cart.py")
    (session,) = laptop.owner.get("/api/sessions")["sessions"]
    assert laptop.said(session["session_id"]) == ["Where is the cart?"]
    button(page, "Machine: laptop").click()
    sheet = page.get_by_role("dialog", name="laptop")
    expect(sheet.get_by_text("for each core")).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    button(page, "More about this session").click()
    menu = page.get_by_role("dialog")
    (laptop.workspace / "cart.py").write_text("class ShoppingCart:\n    total = 7\n")
    menu.get_by_role("button", name="All changes").click()
    page.get_by_text("Changed by you, not by the agent").click()
    page.get_by_role("button", name=re.compile("cart.py")).first.click()
    expect(page.get_by_text("total = 7").first).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    note = {"name": "note.txt", "mimeType": "text/plain", "buffer": b"Three tulips"}
    page.locator("input[type=file]").set_input_files([note])
    ask(page, "What is in it?")
    expect(answers(page)).to_have_count(2)
    (kept,) = laptop.state(session["session_id"])["messages"][-2]["attachments"]
    assert kept["name"] == "note.txt"

    laptop.kill()
    wait_for(lambda: not machine(home)["online"])
    since = machine(home)["asleep_since"]
    page.clock.run_for(12_000)  # it asks for the list, then
    away = page.get_by_role("button", name=re.compile("^Machine: laptop, asleep since "))
    expect(away).to_be_visible()
    expect(composer(page)).to_have_attribute("placeholder", "Waits until laptop wakes")
    ask(page, "And its total?")
    ask(page, "Never mind")
    waits = page.get_by_role("list", name="Waits until laptop wakes")
    expect(waits.get_by_role("listitem")).to_have_text(["And its total?", "Never mind"])
    waits.get_by_role("button", name="Waiting: Never mind").click()
    button(page, "Take back").click()
    leaving = page.get_by_role("list", name=re.compile("^Being taken back"))
    expect(leaving.get_by_role("listitem")).to_have_text(["Never mind"])
    button(page, "More about this session").click()
    expect(menu.get_by_text("Its files are on laptop")).to_be_visible()
    expect(menu.get_by_role("button", name="All changes")).to_have_count(0)
    page.keyboard.press("Escape")
    page.wait_for_function("() => !history.state?.sheet")  # or it would go back from there
    page.goto(f"{page.url}/changes")
    expect(page.get_by_role("heading", name="laptop sleeps")).to_be_visible()
    button(page, "Back to the conversation").click()
    button(page, "More about this session").click()
    menu.get_by_role("button", name="Continue on home").click()
    expect(page.get_by_text("Continued here: this session was on laptop")).to_be_visible()
    expect(button(page, "Machine: home")).to_be_visible()
    ask(page, "What is the class called?")
    expect(answers(page)).to_have_count(3)
    (own,) = [
        it for it in home.owner.get("/api/sessions")["sessions"] if not it.get("machine")
    ]  # fmt: skip
    assert home.said(own["session_id"])[0] == "Where is the cart?"
    home.owner.post("/api/session/end", {"summary": False}, session_id=own["session_id"])
    back(page)
    row = (
        page.get_by_role("listitem").filter(has_text="Where is the cart?").filter(has_text="asleep")
    )
    moment = f"{int(since[11:13]) % 12 or 12}:{since[14:16]}"
    expect(row).to_contain_text(
        re.compile(f"asleep since (.{{,20}}, )?{moment}")
    )  # yesterday, at midnight
    expect(chip.get_by_role("option", name=re.compile("^laptop, asleep since"))).to_have_count(1)
    assert chip.input_value() == machine(home)["machine_id"]  # the last choice
    first_words(page).fill("What is sold?")
    button(page, "Start").click()
    expect(page.get_by_text("Kept on this device until laptop wakes")).to_be_visible()
    back(page)
    kept = page.get_by_role("listitem").filter(has_text="Kept on this device until laptop wakes")
    expect(kept).to_contain_text("What is sold?")
    row.get_by_role("link").click()

    laptop.start()
    wait_for(lambda: machine(home)["online"])
    expect(answers(page)).to_have_count(3)
    page.clock.run_for(12_000)
    expect(button(page, "Machine: laptop")).to_be_visible()
    expect(waits).to_have_count(0)
    expect(leaving).to_have_count(0)
    assert laptop.said(session["session_id"]) == [
        "Where is the cart?", "What is in it?", "And its total?",
    ]  # fmt: skip
    back(page)
    expect(kept).to_have_count(0)
    wait_for(lambda: len(laptop.owner.get("/api/sessions")["sessions"]) == 2)
    wait_for(lambda: len(home.owner.get("/api/sessions")["sessions"]) == 2)
    assert {it.get("machine") for it in home.owner.get("/api/sessions")["sessions"]} == {
        machine(home)["machine_id"]
    }
