"""What the agent is told, does and asks, as the page shows it: plan, pictures, failures."""

import base64
import re
import zlib

import browsing
import pytest
from browsing import ask, expect, talk

again, regular, asking = browsing.again, browsing.regular, browsing.asking


def png(width, height):
    """A picture of one colour."""

    def chunk(kind, data):
        body = kind + data
        return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    rows = (b"\0" + bytes([200, 60, 60]) * width) * height
    whole = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + whole).decode()


WORK = """
agent.update(sessionUpdate='current_mode_update', currentModeId='plan')
todos = [{'content': 'Read the cart', 'status': 'completed'}, {'content': 'Mend it'}]
agent.update(**tool('p', title='todowrite', rawInput={'todos': todos}, status='completed'))
image = {'type': 'image', 'mimeType': 'image/png', 'data': 'PICTURE'}
agent.update(**tool('s', title='Screenshot', status='completed',
                    content=[{'type': 'content', 'content': image}]))
agent.update(**tool('f', title='make', kind='execute', status='failed',
                    rawOutput={'error': 'No rule to make target'}))
options = [{'optionId': name, 'name': name, 'kind': 'allow_once'} for name in ('Red', 'Blue')]
given = {'command': 'paint --wall red', 'description': 'Make it nice'}
agent.request('session/request_permission', {'options': options, 'toolCall': {
    'toolCallId': 'w', 'title': 'Make it nice', 'kind': 'execute', 'rawInput': given}})
agent.say('painted: ' + str(agent.answer()['outcome']))
"""


@pytest.mark.slow
def test_what_the_agent_does_and_asks_is_seen_as_it_is(asking, again):
    page = talk(again, asking)
    ask(page, "say one")
    expect(page.get_by_text("one", exact=True)).to_be_visible()
    ask(page, "do " + WORK.replace("PICTURE", png(160, 90)))

    card = page.get_by_role("region", name="Allow this command?")
    expect(card.locator("pre")).to_have_text("paint --wall red")
    expect(card.get_by_role("button")).to_have_text(["Red", "Blue", "Deny"])
    expect(page.get_by_role("img", name="Picture from the agent")).to_have_js_property(
        "naturalWidth", 160
    )
    expect(page.get_by_text("No rule to make target", exact=True)).to_be_visible()
    expect(page.get_by_text("Plan 1/2 · Mend it")).to_be_visible()
    switched = "The agent has switched its mode to Plan by itself."
    expect(page.get_by_role("article", name="Janus")).to_have_text(switched)

    card.get_by_role("button", name="Deny").click()
    expect(page.get_by_text("painted: {'outcome': 'cancelled'}", exact=True)).to_be_visible()
    expect(page.get_by_text("denied", exact=True).first).to_be_visible()

    # What it was told to begin with is shown folded.
    told = page.locator("details.context")
    expect(told).to_have_text(re.compile(r"^Context · \d\.\d kB"))
    expect(told.locator("pre")).not_to_be_visible()
    told.locator("summary").click()
    expect(told.locator("pre")).to_contain_text("cart.py")
    expect(told.locator("pre")).to_contain_text("Background, collected by Janus")
