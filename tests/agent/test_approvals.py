"""Approval by another user, and hand-over: real users, a real agent, everything refused is in the journal."""

import pytest

pytest_plugins = ["tests.agent.access_stage"]


@pytest.fixture
def at_drop(shared):
    """Have alice walk to the step that another user has to approve; bob, dave and she are attached."""
    with (
        shared.agent(),
        shared.console("alice") as alice,
        shared.console("bob") as bob,
        shared.console("dave") as dave,
    ):
        for console in (alice, bob, dave):
            assert "name" in console("attached")
        walk = alice("open", "danger")["walk"]
        shown = alice("shown", walk, "drop")
        assert bob("shown", walk, "drop") == shown, "everybody sees the same action"
        dave("shown", walk, "drop")
        yield walk, alice, bob, dave


def deeds(shared) -> list[str]:
    return shared.world.read_text().split() if shared.world.exists() else []


def test_nothing_is_run_before_another_user_has_approved_it(shared, at_drop):
    walk, alice, bob, dave = at_drop
    assert "waits for the approval of another user" in alice("confirm", walk)["refused"]
    assert "another user has to approve it" in alice("approve", walk)["refused"]
    assert "needs the right to approve" in dave("approve", walk)["refused"]
    assert "was shown anew" in bob("approve", walk, "0" * 64)["refused"]
    assert "type the step's id" in bob("approve", walk, "", "drpo")["refused"]
    assert deeds(shared) == []
    assert bob("approve", walk) == {"ok": True}
    assert "needs the right to run" in bob("confirm", walk)["refused"]
    assert alice("confirm", walk) == {"ok": True}
    alice("shown", walk, "after")
    assert deeds(shared) == ["done"]
    names = shared.users.real
    assert [(operator.name, what) for operator, what, _ in shared.denied()] == [
        (names["alice"], "Confirm drop"),
        (names["alice"], "Approve drop"),
        (names["dave"], "ApproveStep"),
        (names["bob"], "Approve drop"),
        (names["bob"], "Approve drop"),
        (names["bob"], "Decide"),
    ]
    report = shared.owner("report", "--walk", walk).stdout
    assert f"approved drop by {names['bob']}" in report, report
    assert "approval asked for drop" in report, report


def test_who_does_not_approve_says_why_and_may_think_better_of_it(shared, at_drop):
    walk, alice, bob, _ = at_drop
    assert "a reason" in bob("refuse", walk, "no")["refused"]
    assert bob("refuse", walk, "not on a Friday") == {"ok": True}
    assert "not on a Friday" in alice("confirm", walk)["refused"]
    assert bob("approve", walk) == {"ok": True}
    assert alice("confirm", walk) == {"ok": True}
    alice("shown", walk, "after")
    assert deeds(shared) == ["done"]


def test_who_has_approved_cannot_take_the_walk_over_and_run_it_himself(shared):
    with shared.agent(), shared.console("alice") as alice, shared.console("dave") as dave:
        dave("attached")
        alice("attached")
        walk = dave("open", "danger")["walk"]
        dave("shown", walk, "drop")
        alice("shown", walk, "drop")
        assert alice("approve", walk) == {"ok": True}
        assert alice("take", walk, "I do it myself") == {"holder": shared.users["alice"]}
        assert "cannot run it as well" in alice("confirm", walk)["refused"]
        assert deeds(shared) == []


def test_a_walk_is_handed_over_with_the_state_of_things(shared, at_drop):
    walk, alice, bob, dave = at_drop
    names = shared.users.real
    assert "no user" in alice("hand_over", walk, "nobody-of-that-name", "looked", "the rest")["refused"]
    assert "may not walk here" in alice("hand_over", walk, names["bob"], "looked", "the rest")["refused"]
    assert "needs a reason" in dave("take", walk)["refused"]
    assert alice("hand_over", walk, names["dave"], "looked at everything", "to drop it") == {"ok": True}
    assert dave("take", walk) == {"holder": names["dave"]}
    assert "take it over to decide" in alice("confirm", walk)["refused"]
    assert bob("approve", walk) == {"ok": True}
    assert dave("confirm", walk) == {"ok": True}
    dave("shown", walk, "after")
    report = shared.owner("report", "--walk", walk).stdout
    assert "done: looked at everything" in report
    assert "left: to drop it" in report
    assert f"handed over by {names['alice']}" in report


def test_a_runbook_with_approvals_is_not_walked_without_an_operator(shared):
    with shared.agent():
        done = shared.users.walkdown("alice", "run", "danger", "--auto", "--system", shared.source)
        assert done.returncode == 14
        assert "another user has to approve" in done.stdout


def test_a_step_is_approved_on_the_command_line_by_typing_its_id(shared, at_drop):
    walk, alice, *_ = at_drop
    bob = shared.users.walkdown("bob", "approve", "--system", shared.source, answers="1\ndrop\n")
    assert bob.returncode == 0, bob.stdout + bob.stderr
    assert 'echo done >> "$1"' in bob.stdout
    assert f"{alice('shown', walk, 'drop')['sha256'][:12]}" in bob.stdout
    assert "Approved." in bob.stdout
    again = shared.users.walkdown("bob", "approve", walk, "--system", shared.source)
    assert (again.returncode, "approved already" in again.stdout) == (14, True)
    refused = shared.users.walkdown("dave", "approve", walk, "--system", shared.source)
    assert "no right to approve" in refused.stdout
    assert alice("confirm", walk) == {"ok": True}
    alice("shown", walk, "after")
    assert deeds(shared) == ["done"]
