"""Where walkdown's files lie."""

from pathlib import Path

import pytest

from checks import paths


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("STATE_DIRECTORY", "RUNTIME_DIRECTORY", "CACHE_DIRECTORY", "WALKDOWN_SYSTEM"):
        monkeypatch.delenv(name, raising=False)
    for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))


def test_state_and_cache_follow_xdg(tmp_path: Path) -> None:
    assert paths.state_folder() == tmp_path / "xdg_state_home" / "walkdown"
    assert paths.cache_folder() == tmp_path / "xdg_cache_home" / "walkdown"


def test_without_xdg_state_lies_in_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert paths.state_folder() == tmp_path / ".local/state/walkdown"


def test_the_folders_that_systemd_made_win(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", f"{tmp_path}/one:{tmp_path}/two")
    monkeypatch.setenv("RUNTIME_DIRECTORY", f"{tmp_path}/run")
    assert paths.state_folder() == tmp_path / "one"
    assert paths.runtime_folder() == tmp_path / "run"


def test_a_link_that_systemd_hands_out_is_followed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "public").symlink_to("private")
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "public"))
    assert paths.state_folder() == tmp_path / "private"


def test_a_socket_does_not_lie_where_a_logout_removes_it() -> None:
    assert paths.socket_file(None).parent == paths.state_folder()


def test_systems_of_the_same_name_have_files_of_their_own(tmp_path: Path) -> None:
    here, there = tmp_path / "a" / "shop", tmp_path / "b" / "shop"
    assert paths.store_file(here) != paths.store_file(there)
    assert paths.store_file(here).name.startswith("shop-")


def test_a_system_is_the_same_by_every_spelling_of_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "link").symlink_to("shop")
    monkeypatch.chdir(tmp_path)
    names = {
        paths.system_name(p) for p in (tmp_path / "shop", tmp_path / "link", Path("shop"), Path("./shop"))
    }
    assert len(names) == 1


@pytest.mark.parametrize("name", ["..", "Ünïcode Größe", "a" * 200, "x\ny", "-rf", "$(reboot)"])
def test_any_folder_name_gives_a_plain_file_name(tmp_path: Path, name: str) -> None:
    given = paths.system_name(tmp_path / name)
    assert all(char.isascii() and (char.isalnum() or char == "-") for char in given)
    assert not given.startswith("-")
    assert len(given) <= 33


def test_the_operators_system_is_found_before_the_machines(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = tmp_path / "xdg_config_home" / "walkdown"
    assert paths.system_folders() == (own, Path("/etc/walkdown"))
    own.mkdir(parents=True)
    (own / "system.yaml").touch()
    assert paths.find_system() == own
    named = tmp_path / "other.yaml"
    named.touch()
    monkeypatch.setenv("WALKDOWN_SYSTEM", str(named))
    assert paths.find_system() == named


def test_the_working_folder_is_never_taken_for_a_system(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "system.yaml").touch()
    monkeypatch.chdir(tmp_path)
    assert tmp_path not in paths.system_folders()


def test_a_console_looks_for_the_agent_of_a_service_before_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(paths, "SERVICE_FOLDER", tmp_path / "run")
    own = paths.socket_file(None)
    assert paths.sockets(None) == (own,), "no service has ever run"
    (tmp_path / "run").mkdir()
    assert paths.sockets(None) == (tmp_path / "run" / own.name, own)
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path / "run"))
    assert paths.sockets(None) == (tmp_path / "run" / own.name,), "the service itself"
