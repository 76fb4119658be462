"""What a change leaves behind: stamps, history, heads counted, the audit's chain, its witness.

Only the chain runs as its owner, because nobody else may touch its heads.
"""

from __future__ import annotations

STAMPED = (
    "school",
    "campus",
    "grade",
    "school_class",
    "student",
    "guardian",
    "account",
    "user_group",
)
REMEMBERED = {  # table: the pupil a row belongs to
    "student": "o.id",
    "guardian": "o.student_id",
    "school": "NULL::int",
    "campus": "NULL::int",
    "school_class": "NULL::int",
    "account": "NULL::int",
}
# No deed without an event: a transaction that changed one of these commits only with an audit line.
WITNESSED = (
    "organisation",
    "school",
    "campus",
    "grade",
    "school_class",
    "student",
    "guardian",
    "enrolment",
    "case_file",
    "case_comment",
    "transfer",
    "movement",
    "key_change",
    "key_change_line",
    "problem_case",
    "problem_group",
    "problem_item",
    "verification_round",
    "expected_list",
    "export",
    "export_request",
    "import_mapping",
    "aux_rule",
    "attachment",
    "substitution",
    "field_choice",
    "account",
    "account_class",
    "account_right",
    "user_group",
    "group_member",
    "group_right",
    "credential",
    "switch_value",
    "promotion_run",
    "code_value",
)
WITNESS = """
CREATE OR REPLACE FUNCTION must_be_audited() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user = '{role}' AND coalesce(current_setting('app.audited', true), '') = '' THEN
    RAISE 'a deed without an audit event' USING ERRCODE = 'XJ500';
  END IF;
  RETURN NULL;
END $$;
"""
WITNESS_ON = """
DROP TRIGGER IF EXISTS witness ON {table};
CREATE CONSTRAINT TRIGGER witness AFTER INSERT OR UPDATE OR DELETE ON {table}
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION must_be_audited();
"""
# Sealing a value anew with another key changes nothing: only the owner can say that he does that.
REKEYING = """
CREATE OR REPLACE FUNCTION rekeying() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(current_setting('app.reason', true), '') = 'keys.rotate'
     AND current_user <> '{role}'
$$;
"""
STAMP = """
CREATE OR REPLACE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  new.updated_at := now();
  new.updated_by := nullif(current_setting('app.actor', true), '')::int;
  IF new.row_version = old.row_version THEN new.row_version := old.row_version + 1; END IF;
  RETURN new;
END $$;
"""
STAMP_ON = """
CREATE OR REPLACE TRIGGER stamp BEFORE UPDATE ON {table}
  FOR EACH ROW WHEN (NOT rekeying()) EXECUTE FUNCTION stamp();
"""
HISTORY = """
CREATE OR REPLACE FUNCTION {table}_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO row_history (owner_path, table_name, row_id, student_id, actor, reason, before, after)
  SELECT o.owner_path, tg_table_name, o.{key}, {student},
         nullif(current_setting('app.actor', true), '')::int,
         nullif(current_setting('app.reason', true), ''), changed.before, changed.after
  FROM gone o JOIN came n USING ({key}),
  LATERAL (SELECT to_jsonb(o) AS gone, to_jsonb(n) AS came OFFSET 0) row,  -- not once per column
  LATERAL (
    SELECT jsonb_object_agg(was.key, was.value) AS before,
           jsonb_object_agg(was.key, row.came -> was.key) AS after
    FROM jsonb_each(row.gone) was
    WHERE was.value IS DISTINCT FROM row.came -> was.key
      AND was.key NOT IN ('row_version', 'updated_at', 'updated_by', 'owner_path',
                          'session_epoch', 'last_login_at', 'name_key', 'number_stuck')) changed
  WHERE changed.before IS NOT NULL;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER history AFTER UPDATE ON {table}
  REFERENCING OLD TABLE AS gone NEW TABLE AS came
  FOR EACH STATEMENT WHEN (NOT rekeying()) EXECUTE FUNCTION {table}_history();
CREATE OR REPLACE FUNCTION {table}_farewell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO row_history (owner_path, table_name, row_id, student_id, actor, reason, before)
  SELECT o.owner_path, tg_table_name, o.{key}, {student},
         nullif(current_setting('app.actor', true), '')::int,
         nullif(current_setting('app.reason', true), ''), to_jsonb(o)
  FROM gone o;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER farewell AFTER DELETE ON {table}
  REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION {table}_farewell();
"""
HEADS = """
CREATE OR REPLACE FUNCTION heads_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO headcount AS h (school_id, grade_id, class_id, gender, status, n)
  SELECT school_id, grade_id, class_id, gender, status, sum(d) FROM ({rows}) moved
  GROUP BY school_id, grade_id, class_id, gender, status HAVING sum(d) <> 0
  ORDER BY grade_id, class_id, gender, status
  ON CONFLICT (grade_id, class_id, gender, status) DO UPDATE SET n = h.n + excluded.n;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER heads_{name} AFTER {name} ON student REFERENCING {tables}
  FOR EACH STATEMENT WHEN (NOT rekeying()) EXECUTE FUNCTION heads_{name}();
"""
CAME = "SELECT school_id, grade_id, class_id, gender, status, 1 AS d FROM came"
GONE = "SELECT school_id, grade_id, class_id, gender, status, -1 AS d FROM gone"
# What a link of the chain seals; `policies.audit_chain` recomputes it with the same words.
LINK = """concat_ws('|', {row}.owner_path, {row}.seq, {row}.at, {row}.actor, {row}.action,
    {row}.object_type, {row}.object_id, {row}.details, {row}.ip)"""
AUDIT = """
CREATE OR REPLACE FUNCTION audit_chain() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
  SET timezone = 'UTC' SET datestyle = 'ISO, YMD' AS $$
DECLARE head audit_head;
BEGIN
  new.actor := nullif(current_setting('app.actor', true), '')::int;
  SELECT o.path INTO new.owner_path FROM account a JOIN organisation o ON o.id = a.organisation_id
  WHERE a.user_id = new.actor;
  new.owner_path := coalesce(new.owner_path, '');
  INSERT INTO audit_head AS h (path, seq, hash) VALUES (new.owner_path, 0, ''::bytea)
  ON CONFLICT (path) DO UPDATE SET seq = h.seq RETURNING * INTO head;  -- locks this one chain
  new.seq := head.seq + 1;
  new.hash := sha256(head.hash || convert_to({link}, 'UTF8'));
  UPDATE audit_head SET seq = new.seq, hash = new.hash WHERE path = new.owner_path;
  PERFORM set_config('app.audited', '1', true);
  RETURN new;
END $$;
CREATE OR REPLACE TRIGGER chain BEFORE INSERT ON audit_event
  FOR EACH ROW EXECUTE FUNCTION audit_chain();
"""


def witness(role: str) -> list[str]:
    """Return the triggers that let no deed of the application's role commit without an event."""
    return [WITNESS.format(role=role), *(WITNESS_ON.format(table=t) for t in WITNESSED)]
