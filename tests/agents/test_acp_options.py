from janus.agents.acp.options import Options

MODEL = {
    "id": "model",
    "name": "Model",
    "category": "model",
    "type": "select",
    "currentValue": "fast",
    "options": [
        {"value": "fast", "name": "Fast"},
        {"group": "big", "name": "Big", "options": [{"value": "slow", "name": "Slow"}]},
    ],
}
THINKING = {"id": "think", "name": "Thinking", "type": "boolean", "currentValue": False}
LEGACY = {
    "modes": {"currentModeId": "agent", "availableModes": [{"id": "agent"}, {"id": "plan"}]},
    "models": {"currentModelId": "a[]", "availableModels": [{"modelId": "a[]", "name": "A"}]},
}


def opened(answer):
    options = Options()
    options.opened(answer)
    return options


def test_options_are_shown_with_their_choices_also_those_in_groups():
    model, thinking = opened({"configOptions": [MODEL, THINKING]}).shown

    assert (model["id"], model["category"], model["value"]) == ("model", "model", "fast")
    assert [choice["value"] for choice in model["choices"]] == ["fast", "slow"]
    assert [choice["value"] for choice in thinking["choices"]] == [True, False]


def test_what_older_agents_offer_is_shown_alike():
    mode, model = opened(LEGACY).shown

    assert (mode["id"], mode["value"], len(mode["choices"])) == ("mode", "agent", 2)
    assert model["choices"] == [{"value": "a[]", "name": "A"}]


def test_options_supersede_modes_where_an_agent_has_both():
    assert [option["id"] for option in opened({**LEGACY, "configOptions": [MODEL]}).shown] == [
        "model"
    ]


def test_a_choice_is_made_the_way_the_agent_understands():
    modern, legacy = opened({"configOptions": [MODEL, THINKING]}), opened(LEGACY)

    assert modern.request("model", "slow") == (
        "session/set_config_option",
        {"configId": "model", "value": "slow"},
    )
    assert modern.request("think", "True")[1] == {
        "configId": "think",
        "value": True,
        "type": "boolean",
    }
    assert legacy.request("mode", "plan") == ("session/set_mode", {"modeId": "plan"})
    assert legacy.request("model", "a[]") == ("session/set_model", {"modelId": "a[]"})


def test_what_is_not_offered_cannot_be_chosen():
    options = opened({"configOptions": [MODEL]})

    assert options.request("model", "huge") is None
    assert options.request("mode", "plan") is None
    assert opened({}).request("model", "fast") is None


def test_a_choice_shows_when_the_agent_has_taken_it():
    options, legacy = opened({"configOptions": [MODEL]}), opened(LEGACY)

    options.chosen("model", "slow", {"configOptions": [{**MODEL, "currentValue": "slow"}]})
    legacy.chosen("mode", "plan", {})

    assert options.shown[0]["value"] == "slow"
    assert legacy.shown[0]["value"] == "plan"


def test_the_agent_may_change_its_options_by_itself():
    options, legacy = opened({"configOptions": [MODEL]}), opened(LEGACY)
    changed = {"sessionUpdate": "config_option_update", "configOptions": [THINKING]}

    assert options.apply(changed) and [option["id"] for option in options.shown] == ["think"]
    assert legacy.apply({"sessionUpdate": "current_mode_update", "currentModeId": "plan"})
    assert legacy.shown[0]["value"] == "plan"
    assert legacy.apply({"sessionUpdate": "current_mode_update", "modeId": "agent"})
    assert legacy.shown[0]["value"] == "agent"
    assert not legacy.apply({"sessionUpdate": "plan", "entries": []})


def test_an_answer_that_tells_of_no_options_leaves_what_updates_have_told():
    options = Options()
    options.apply({"sessionUpdate": "config_option_update", "configOptions": [THINKING]})
    options.opened({})

    assert [option["id"] for option in options.shown] == ["think"]


def test_options_of_tomorrow_and_nonsense_are_left_out():
    offered = [
        {"id": "x", "type": "slider"},
        None,
        7,
        {"type": "select"},
        {**MODEL, "options": [1]},
    ]

    assert [option["choices"] for option in opened({"configOptions": offered}).shown] == [[]]
    assert opened({"modes": 7, "models": {"availableModels": [None]}}).shown == []
    assert opened({"models": {"currentModelId": "a"}}).model == "a"
