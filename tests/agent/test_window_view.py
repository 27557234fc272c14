"""What is said of checklists beside the window."""

from agent.window_view import list_in_window
from checks.model import Level
from runbooks.windows.state import WindowList
from tests.agent.checklist_stage import ALICE, ListStage
from tests.agent.test_checklists import PHASED


async def test_a_list_says_how_far_it_is_and_what_holds_it_up(tmp_path) -> None:
    stage = ListStage(tmp_path, phased=PHASED)
    async with stage.opened() as lists:
        stage.see(web=Level.CRIT, api=Level.OK, disk=Level.OK)
        state = await lists.open("phased", ALICE)
        assert list_in_window(state) == WindowList("phased", "", "before", 0, 4, 2)
        stage.see(web=Level.OK)
        await stage.pass_by()
        (state,) = lists.now.open
        assert list_in_window(state) == WindowList("phased", "", "before", 1, 4, 1)
