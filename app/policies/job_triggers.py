"""What the database does when a job ends, however it ended: called off, given up or killed."""

from __future__ import annotations

# P29: an import whose writing is called off is looked at again; one whose undo is, is written.
# Whoever writes a job's end (a worker, the watchdog) sees no import: the scope is wide for this.
CALLED_OFF = """
CREATE OR REPLACE FUNCTION job_called_off() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  low text := coalesce(current_setting('app.scope_from', true), '');
  high text := coalesce(current_setting('app.scope_to', true), '');
BEGIN
  PERFORM set_config('app.scope_from', '/', true), set_config('app.scope_to', '0', true);
  UPDATE import_batch SET state = CASE state WHEN 'COMMITTING' THEN 'PREVIEW' ELSE 'COMMITTED' END
  WHERE job_id = new.id AND state IN ('COMMITTING', 'UNDOING');
  PERFORM set_config('app.scope_from', low, true), set_config('app.scope_to', high, true);
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER called_off AFTER UPDATE OF state ON job FOR EACH ROW
  WHEN (new.state = 'CANCELLED' AND old.state <> 'CANCELLED') EXECUTE FUNCTION job_called_off();
"""
