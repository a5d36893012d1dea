"""The checks of a commit are those of `make check`, and they find what they are for."""

from __future__ import annotations

import json
import re
import string
from pathlib import Path
from random import Random

import pytest
import yaml
from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import transient_settings
from tests.fakes.tables import ROOT

HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
MAKEFILE = (ROOT / "Makefile").read_text()


def test_hooks_run_what_check_runs() -> None:
    (checked,) = re.findall(r"^check: ([a-z ]+) ##", MAKEFILE, re.MULTILINE)
    (scan,) = re.findall(r"^secrets: setup\n\t(.+)$", MAKEFILE, re.MULTILINE)
    entries = {
        hook["id"]: hook["entry"]
        for repository in HOOKS
        for hook in repository["hooks"]
        if repository["repo"] == "local" and hook["language"] == "system"
    }
    assert entries.pop("secrets") == scan
    assert entries == {id_: f"make --silent {id_}" for id_ in entries}
    assert {*entries, "secrets"} == set(checked.split())
    assert len(HOOKS) == 1


def planted() -> dict[str, str]:
    """By the kind of secret, a line that holds one. None of them was ever valid."""
    letters = string.ascii_letters + string.digits
    made_up = "".join(Random(1).sample(letters, k=40))
    return {
        "Baylock key": f"Authorization: Bearer blk_live_{made_up}",
        "AWS Access Key": f"AKIA{made_up[:16].upper()}",
        "Private Key": "-----BEGIN EC PRIVATE " + "KEY-----",
        "Secret Keyword": f"password: {made_up[:12]}",
        "Base64 High Entropy String": f'token = "{made_up}"',
    }


@pytest.mark.parametrize("kind", planted())
def test_planted_secret_is_found(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)  # paths in the settings are relative
    (tmp_path / "notes.yaml").write_text(planted()[kind] + "\n")
    found = SecretsCollection()
    with transient_settings(json.loads((ROOT / ".secrets.baseline").read_text())):
        found.scan_file(str(tmp_path / "notes.yaml"))
        assert kind in {secret.type for _, secret in found}


def test_no_secret_is_accepted_by_its_place() -> None:
    """Made-up values are known by what they look like; a list of places would hide new ones."""
    assert json.loads((ROOT / ".secrets.baseline").read_text())["results"] == {}
