"""Which handle an id belongs to: ids cannot be turned back, so every handle looked up is remembered."""

from pathlib import Path

from pipeline.sandbox.world.personas import named_handles
from pipeline.sandbox.world.timelines import World


class Handles:
    """The handles a sandbox has met; kept in a file, when there is one, so that a later start knows them."""

    def __init__(self, world: World, file: Path | None = None) -> None:
        self._world = world
        self._file = file
        self._by_id: dict[int, str] = {}
        met = file.read_text(encoding="utf-8").split() if file is not None and file.exists() else []
        for handle in met:
            self._by_id[world.user_id(handle)] = handle

    def meet(self, handle: str) -> int:
        """Return the id of a lower-case handle and remember whose it is."""
        user_id = self._world.user_id(handle)
        if user_id not in self._by_id:
            self._by_id[user_id] = handle
            if self._file is not None:
                with self._file.open("a", encoding="utf-8") as file:
                    file.write(f"{handle}\n")
        return user_id

    def known(self) -> list[str]:
        """Return the lower-case handles that were looked up, and those that have a part in the sandbox's story."""
        return list(dict.fromkeys([*self._by_id.values(), *named_handles()]))

    def handle_of(self, user_id: int) -> str | None:
        """Return the lower-case handle of an id, or None when nobody has looked it up yet."""
        if user_id not in self._by_id:
            self._by_id |= {self._world.user_id(handle): handle for handle in named_handles()}
        return self._by_id.get(user_id)
