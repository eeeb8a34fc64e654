"""Which handle an id belongs to. A handle cannot be computed from an id, so every handle looked up is stored."""

from pathlib import Path

from pipeline.sandbox.world.personas import named_handles
from pipeline.sandbox.world.timelines import World


class Handles:
    """The handles that a sandbox knows; with a file, a later start knows them too."""

    def __init__(self, world: World, file: Path | None = None) -> None:
        self._world = world
        self._file = file
        self._by_id: dict[int, str] = {}
        stored = file.read_text(encoding="utf-8").split() if file is not None and file.exists() else []
        for handle in stored:
            self._by_id[world.user_id(handle)] = handle

    def add(self, handle: str) -> None:
        """Store a lower-case handle with its id."""
        user_id = self._world.user_id(handle)
        if user_id not in self._by_id:
            self._by_id[user_id] = handle
            if self._file is not None:
                with self._file.open("a", encoding="utf-8") as file:
                    file.write(f"{handle}\n")

    def known(self) -> list[str]:
        """Return the lower-case handles that were looked up, and those that have a persona of their own."""
        return list(dict.fromkeys([*self._by_id.values(), *named_handles()]))

    def handle_of(self, user_id: int) -> str | None:
        """Return the lower-case handle of an id, or None if nobody has looked it up yet."""
        if user_id not in self._by_id:
            self._by_id |= {self._world.user_id(handle): handle for handle in named_handles()}
        return self._by_id.get(user_id)
