"""`baylock locks fault|mend|hand|vehicle`, where there are no simulated locks."""

from __future__ import annotations

from typer.testing import CliRunner

from baylock_cli.main import app


def test_a_stack_in_an_account_has_no_simulated_locks() -> None:
    done = CliRunner().invoke(app, ["--stack", "baylock", "locks", "mend", "mall-P1-B2-017"])
    assert done.exit_code == 1
    assert "leave --stack out" in done.stderr
