"""What an ACP agent lets its user choose: its mode, its model, and whatever else it offers.

Today's agents offer ``configOptions``; older ones ``modes`` and ``models``, which are shown in the
same shape: ``{id, name, category, value, choices: [{value, name}]}``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from janus.agents.acp.jsonrpc import Json

#: The ids of what older agents offer, and how it is set: the method, the parameter.
_LEGACY = {"mode": ("session/set_mode", "modeId"), "model": ("session/set_model", "modelId")}
#: What they call the ids of the values.
_KEYS = {"mode": "id", "model": "modelId"}
#: The categories of which a change is told in the conversation.
_TOLD = ("mode", "model")


class Options:
    """The options of one conversation; not thread-safe."""

    def __init__(self) -> None:
        self.shown: list[Json] = []
        self._legacy = False
        self._is_recalled = False  # whether only an earlier process has told of them
        self._requested: dict[str, str] = {}  # what the user chose last, by option

    def opened(self, answer: Json) -> None:
        """Take what the agent said when the conversation was opened.

        An answer that speaks of no options leaves those that updates have told before it.
        """
        if not answer.keys() & {"configOptions", "modes", "models"}:
            return
        offered = answer.get("configOptions")
        self._is_recalled = False
        self._legacy = not isinstance(offered, list)
        self.shown = _legacy(answer) if self._legacy else _modern(offered)

    def recall(self, former: Iterable[Json]) -> None:
        """Take the options of an earlier process, if the agent has not told of any in this one."""
        if not self.shown:
            self.shown, self._is_recalled = [*former], True
            # As ``_legacy`` makes them; what is set is a guess otherwise, and so is how.
            self._legacy = all(
                option["id"] in _LEGACY and option["name"] == option["id"].title()
                for option in self.shown
            )

    def holds(self, option_id: str, value: str) -> bool:
        """Whether the agent has said that an option has this value."""
        values = {option["id"]: str(option["value"]) for option in self.shown}
        return not self._is_recalled and values.get(option_id) == value

    @property
    def model(self) -> str:
        """The model that works, as far as the agent tells it."""
        models = [option["value"] for option in self.shown if option["category"] == "model"]
        return str(models[0] or "") if models else ""

    def apply(self, update: Json) -> bool:
        """Take a ``session/update``; whether it was about options."""
        match update:
            case {"sessionUpdate": "config_option_update", "configOptions": [*offered]}:
                self.opened({"configOptions": offered})
            case {"sessionUpdate": "current_mode_update"}:
                # The schema says currentModeId, its prose says modeId.
                mode = update.get("currentModeId") or update.get("modeId")
                if isinstance(mode, str):
                    self._set("category", "mode", mode)
            case _:
                return False
        return True

    def request(self, option_id: str, value: str) -> tuple[str, Json] | None:
        """The method and parameters that choose *value*; None if that is not offered."""
        option = next((option for option in self.shown if option["id"] == option_id), None)
        choice = option and next((c for c in option["choices"] if str(c["value"]) == value), None)
        if not choice:
            return None
        self._requested[option_id] = value
        if self._legacy:
            method, parameter = _LEGACY[option_id]
            return method, {parameter: choice["value"]}
        params = {"configId": option_id, "value": choice["value"]}
        if isinstance(choice["value"], bool):
            params["type"] = "boolean"
        return "session/set_config_option", params

    def own_changes(self, before: list[Json]) -> Iterator[Json]:
        """The modes and models that changed since *before*, and not as the user chose."""
        was = {option["id"]: option["value"] for option in before}
        for option in self.shown:
            id, value = option["id"], option["value"]
            if option["category"] not in _TOLD or id not in was or was[id] == value:
                continue
            if self._requested.get(id) != str(value):
                self._requested.pop(id, None)
                yield option

    def chosen(self, option_id: str, value: str, answer: Any) -> None:
        """The agent has accepted a choice; today's ones answer with all options anew."""
        if isinstance(answer, dict) and isinstance(answer.get("configOptions"), list):
            self.opened(answer)
        else:
            self._set("id", option_id, value)

    def _set(self, key: str, which: str, value: Any) -> None:
        self.shown = [
            {**option, "value": value} if option[key] == which else option for option in self.shown
        ]


def name_of(option: Json) -> str:
    """What is chosen of an option, in words for a person."""
    names = [one["name"] for one in option["choices"] if one["value"] == option["value"]]
    return str(names[0] if names else option["value"])


def differences(
    before: Iterable[Json], now: Iterable[Json], chosen: Iterable[str], refused: Iterable[str]
) -> list[str]:
    """What holds *now* of the options instead of what held *before*, in words for a person.

    Tells of modes, models and what the user has *chosen*; what was *refused* may hold or not.
    """
    found, told = {option["id"]: option for option in now}, []
    for was in before:
        option = found.get(was["id"])
        if was["category"] in _TOLD or was["id"] in chosen:
            what, value = was["name"].lower(), name_of(was)
            if option is None:
                told.append(f"The agent no longer lets you choose its {what}. It was {value}.")
            elif option["value"] != was["value"]:
                told.append(f"The agent's {what} is {name_of(option)} now. It was {value}.")
            elif was["id"] in refused:
                told.append(f"The agent would not set its {what} to {value} again. Check it.")
    return told


def _modern(offered: Any) -> list[Json]:
    shown = []
    for option in offered:
        match option:
            case {"id": str(id), "type": "select", "options": [*entries]}:
                values = ((choice.get("value"), choice.get("name")) for choice in _flat(entries))
                choices = [{"value": value, "name": str(name or value)} for value, name in values]
            case {"id": str(id), "type": "boolean"}:
                choices = [{"value": True, "name": "On"}, {"value": False, "name": "Off"}]
            case _:
                continue  # a type of tomorrow
        name, category = str(option.get("name") or id), str(option.get("category") or "")
        shown.append(_option(id, name, category, option.get("currentValue"), choices))
    return shown


def _flat(entries: list[Any]) -> Iterator[Json]:
    """The choices, which may come in groups."""
    for entry in entries:
        match entry:
            case {"options": [*choices]}:
                yield from (choice for choice in choices if isinstance(choice, dict))
            case dict():
                yield entry


def _legacy(answer: Json) -> list[Json]:
    shown = []
    for id, key in _KEYS.items():
        name = id.title()
        offered = answer.get(f"{id}s")
        if isinstance(offered, dict) and f"current{name}Id" in offered:
            entries = offered.get(f"available{name}s")
            choices = [
                {"value": entry[key], "name": str(entry.get("name") or entry[key])}
                for entry in (entries if isinstance(entries, list) else [])
                if isinstance(entry, dict) and key in entry
            ]
            shown.append(_option(id, name, id, offered[f"current{name}Id"], choices))
    return shown


def _option(id: str, name: str, category: str, value: Any, choices: list[Json]) -> Json:
    return {"id": id, "name": name, "category": category, "value": value, "choices": choices}
