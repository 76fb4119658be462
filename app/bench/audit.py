"""The log's bench: a million events written in SQL as the trigger writes them, then verified."""

from __future__ import annotations

from pathlib import Path

import psycopg

from app.bench.figures import Figures, costs
from app.policies.anchors import Anchors
from app.policies.audit_chain import verify
from app.policies.trail_triggers import LINK

CHAINS = 500
SECONDS = 60  # promised for a million events
FILL = f"""
CREATE OR REPLACE FUNCTION pg_temp.fill_chain(path text, events int) RETURNS void
LANGUAGE plpgsql SET timezone = 'UTC' SET datestyle = 'ISO, YMD' AS $$
DECLARE e audit_event; before bytea := '';
BEGIN
  FOR n IN 1 .. events LOOP
    e := (nextval('audit_event_id_seq'), clock_timestamp(), n % 97,
          (ARRAY['student.view', 'case.agree', 'account.login', 'student.changed'])[1 + n % 4],
          CASE WHEN n % 4 <> 2 THEN 'student' END, CASE WHEN n % 4 <> 2 THEN n * 7 END,
          jsonb_build_object('state', 'DONE', 'n', n), '10.0.' || n % 250 || '.7', n, '', path);
    e.hash := sha256(before || convert_to({LINK.format(row="e")}, 'UTF8'));
    INSERT INTO audit_event SELECT e.*;
    before := e.hash;
  END LOOP;
  INSERT INTO audit_head VALUES (path, events, before);
END $$;
"""  # noqa: S608  words of ours
FILLED = "SELECT pg_temp.fill_chain('/41/' || lpad(n::text, 4, '0') || '/', %s)"


def fill(root: psycopg.Connection[tuple[int]], chains: int, events: int) -> None:
    """Write so many chains of so many events, as a superuser; the trigger stays out of the way."""
    root.execute("SET session_replication_role = replica")
    root.execute(FILL)
    with root.transaction():
        root.execute(f"{FILLED} FROM generate_series(1, %s) n", (events, chains))
    root.execute("SET session_replication_role = origin")


def measure(root: psycopg.Connection[tuple[int]], events: int, anchor_file: Path) -> Figures:
    """Fill an empty log up and verify it."""
    row = root.execute("SELECT count(*) FROM audit_event").fetchone()
    if row is not None and row[0] < events:
        fill(root, CHAINS, -(-events // CHAINS))
        root.execute("VACUUM ANALYZE audit_event")
    with costs() as cost, root.transaction():
        found = verify(root, Anchors().read(anchor_file))
    figures = Figures(f"B9 verification of {found.events:,} events in {found.chains:,} chains")
    figures.add("time", f"{cost.seconds:.2f} s", f"≤ {SECONDS} s a million")
    figures.add("events a second", f"{found.events / cost.seconds:,.0f}")
    figures.add("faults", found.faults, "0")
    return figures
