"""What the database does by itself: derives paths, stamps, counts heads, keeps history, chains.

All functions run with the caller's rights, so a parent out of scope is a parent that is not there
(`XJ404`); only the audit's chain runs as its owner, because nobody else may touch its heads.
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
KEYS = {"account": "user_id"}  # whose primary key is not called id
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

DERIVE = """
CREATE OR REPLACE FUNCTION {table}_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {unowned}SELECT {column} INTO new.owner_path FROM {parent} WHERE {key} = new.{by};
  IF NOT FOUND THEN RAISE 'no such {parent}' USING ERRCODE = 'XJ404'; END IF;
  {more}RETURN new;
END $$;
CREATE OR REPLACE TRIGGER owner BEFORE INSERT OR UPDATE OF {columns} ON {table}
  FOR EACH ROW EXECUTE FUNCTION {table}_owner();
"""
UNOWNED = "IF new.{by} IS NULL THEN new.owner_path := ''; RETURN new; END IF;\n  "
PERIOD = """SELECT owner_path INTO new.pupil_path FROM student WHERE id = new.student_id;
  IF NOT FOUND THEN RAISE 'no such student' USING ERRCODE = 'XJ404'; END IF;
  IF tg_op = 'INSERT' AND new.grade_code IS NULL THEN  -- the words of the beginning stay
    SELECT translate(left(stage, 1), 'PJS', '123') || level INTO new.grade_code
    FROM grade WHERE id = new.grade_id;
    SELECT name INTO new.class_name FROM school_class WHERE id = new.class_id;
  END IF;
  """
OWN_ROOM = """PERFORM 1 FROM school_class r JOIN account a ON a.organisation_id = r.school_id
  WHERE r.id = new.class_id AND a.user_id = new.user_id;
  IF NOT FOUND THEN RAISE 'no such school_class' USING ERRCODE = 'XJ404'; END IF;
  """

ORGANISATION = """
CREATE OR REPLACE FUNCTION organisation_path() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE above organisation;
BEGIN
  IF new.parent_id IS NULL THEN new.path := '/'; RETURN new; END IF;
  SELECT * INTO above FROM organisation WHERE id = new.parent_id;
  IF new.tier = 'SCHOOL' THEN
    new.path := above.path || 'S' || new.code || '/';
  ELSIF above.tier = 'MINISTRY' THEN
    new.path := '/' || new.code || '/';
  ELSIF starts_with(new.code, above.code) AND length(new.code) > length(above.code) THEN
    new.path := above.path || substr(new.code, length(above.code) + 1) || '/';
  ELSE
    RAISE 'the code must begin with the code above' USING ERRCODE = '23514';
  END IF;
  RETURN new;
END $$;
CREATE OR REPLACE TRIGGER path BEFORE INSERT OR UPDATE OF parent_id, code, tier, path
  ON organisation FOR EACH ROW EXECUTE FUNCTION organisation_path();
"""

CASE = """
CREATE OR REPLACE FUNCTION case_file_paths() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE mine text[]; theirs text[]; i int := 2;
BEGIN
  IF tg_op = 'INSERT' THEN  -- whoever opens a case must see its pupil at the owner's school
    PERFORM 1 FROM student WHERE id = new.student_id AND school_id = new.owner_id;
    IF NOT FOUND THEN RAISE 'no such student' USING ERRCODE = 'XJ404'; END IF;
  END IF;
  SELECT path INTO STRICT new.owner_path FROM organisation WHERE id = new.owner_id;
  SELECT path INTO new.receiving_path FROM organisation WHERE id = new.receiving_id;
  SELECT path INTO new.awaiting_path FROM organisation WHERE id = new.awaiting_id;
  mine := string_to_array(new.owner_path, '/');
  theirs := string_to_array(coalesce(new.receiving_path, new.owner_path), '/');
  WHILE i < cardinality(mine) AND mine[i] = theirs[i] LOOP i := i + 1; END LOOP;
  new.common_path := CASE WHEN i = 2 THEN '/'
    ELSE array_to_string(mine[1:i - 1], '/') || '/' END;
  RETURN new;
END $$;
CREATE OR REPLACE TRIGGER paths BEFORE INSERT OR UPDATE OF owner_id, receiving_id, awaiting_id,
  owner_path, receiving_path, awaiting_path, common_path
  ON case_file FOR EACH ROW EXECUTE FUNCTION case_file_paths();
"""

# Whom a case concerns may stand outside the scope of whoever takes the step: the owner writes it.
PARTIES = """
CREATE OR REPLACE FUNCTION case_file_parties() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF tg_op = 'UPDATE' THEN
    UPDATE case_party SET due_on = new.due_on, closed_at = new.closed_at WHERE case_id = new.id
      AND (due_on, closed_at) IS DISTINCT FROM (new.due_on, new.closed_at);
  END IF;
  INSERT INTO case_party (case_id, organisation_id, due_on, closed_at)
  SELECT DISTINCT new.id, one, new.due_on, new.closed_at FROM (
    SELECT unnest(ARRAY[new.awaiting_id, new.initiator_org_id])
    UNION ALL SELECT unnest(ARRAY[id, parent_id]) FROM organisation
    WHERE id IN (new.owner_id, new.receiving_id)) involved (one) WHERE one IS NOT NULL
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER parties AFTER INSERT OR UPDATE OF owner_id, receiving_id, awaiting_id,
  due_on, closed_at, owner_path, receiving_path
  ON case_file FOR EACH ROW EXECUTE FUNCTION case_file_parties();
"""

# W10: what a case is about stays as it is until the case ends; only the case's own effect says why.
LOCKED = """
CREATE OR REPLACE FUNCTION {table}_locked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE rooms text := coalesce(current_setting('app.classes', true), ''); busy boolean;
BEGIN
  IF coalesce(current_setting('app.reason', true), '') = '' THEN
    PERFORM set_config('app.classes', '', true);  -- teachers see no case, and are held by it too
    busy := EXISTS (SELECT 1 FROM case_file WHERE student_id = old.{pupil}
      AND closed_at IS NULL AND state <> 'RETURNED');
    PERFORM set_config('app.classes', rooms, true);
    IF busy THEN RAISE 'business in progress' USING ERRCODE = 'XJ423'; END IF;
  END IF;
  IF tg_op = 'DELETE' THEN RETURN old; END IF;
  RETURN new;
END $$;
CREATE OR REPLACE TRIGGER locked BEFORE UPDATE ON {table} FOR EACH ROW
  WHEN (new.owner_path = old.owner_path)  -- else it only moves with its organisation
  EXECUTE FUNCTION {table}_locked();
CREATE OR REPLACE TRIGGER locked_away BEFORE DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION {table}_locked();
"""

# F5: what was handed in with a case stays as it was; only the path follows its organisation.
BOUND = """
CREATE OR REPLACE FUNCTION attachment_bound() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF tg_op = 'DELETE' OR to_jsonb(new) - 'owner_path' <> to_jsonb(old) - 'owner_path' THEN
    RAISE 'evidence of a case stays as it is' USING ERRCODE = 'XJ409';
  END IF;
  RETURN new;
END $$;
CREATE OR REPLACE TRIGGER bound BEFORE UPDATE ON attachment
  FOR EACH ROW WHEN (old.case_id IS NOT NULL) EXECUTE FUNCTION attachment_bound();
CREATE OR REPLACE TRIGGER bound_for_good BEFORE DELETE ON attachment
  FOR EACH ROW WHEN (old.case_id IS NOT NULL) EXECUTE FUNCTION attachment_bound();
"""

# P04: whatever makes or changes an identity is compared with the whole registry, by itself.
IDENTITY = """
CREATE OR REPLACE FUNCTION student_identity_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO check_waiting (student_id) SELECT id FROM came WHERE status <> 'DELETED'
  ON CONFLICT (student_id) DO UPDATE SET asked_at = clock_timestamp();
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER identity_new AFTER INSERT ON student REFERENCING NEW TABLE AS came
  FOR EACH STATEMENT EXECUTE FUNCTION student_identity_new();
CREATE OR REPLACE FUNCTION student_identity_other() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO check_waiting (student_id) VALUES (new.id)
  ON CONFLICT (student_id) DO UPDATE SET asked_at = clock_timestamp();
  new.verification := 'NONE'; new.verified_on := NULL;  -- what was confirmed was another identity
  RETURN new;
END $$;
CREATE OR REPLACE TRIGGER identity_other
  BEFORE UPDATE OF name, gender, birth_date, id_type, id_digest ON student
  FOR EACH ROW WHEN ((old.name, old.gender, old.birth_date, old.id_type, old.id_digest)
    IS DISTINCT FROM (new.name, new.gender, new.birth_date, new.id_type, new.id_digest))
  EXECUTE FUNCTION student_identity_other();
"""

# P34: one number, one person, for life: also those that were given up are nobody else's again.
NUMBERS = """
CREATE OR REPLACE FUNCTION claim_number(what bytea, whose int) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO issued_number (digest, student_id) VALUES (what, whose) ON CONFLICT DO NOTHING;
  RETURN EXISTS (SELECT 1 FROM issued_number WHERE digest = what AND student_id = whose);
END $$;
CREATE OR REPLACE FUNCTION student_numbers() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO issued_number (digest, student_id)
  SELECT number_digest, id FROM came WHERE number_digest IS NOT NULL ON CONFLICT DO NOTHING;
  IF EXISTS (SELECT 1 FROM came JOIN issued_number i ON i.digest = came.number_digest
             WHERE i.student_id <> came.id) THEN
    RAISE 'the number is somebody else''s' USING ERRCODE = '23505';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER numbers AFTER INSERT ON student REFERENCING NEW TABLE AS came
  FOR EACH STATEMENT EXECUTE FUNCTION student_numbers();
CREATE OR REPLACE FUNCTION former_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT claim_number(new.number_digest, new.student_id) THEN
    RAISE 'the number is somebody else''s' USING ERRCODE = '23505';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION student_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT claim_number(new.number_digest, new.id) THEN
    RAISE 'the number is somebody else''s' USING ERRCODE = '23505';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER number AFTER INSERT ON number_history
  FOR EACH ROW EXECUTE FUNCTION former_number();
CREATE OR REPLACE TRIGGER number AFTER UPDATE OF number_digest ON student
  FOR EACH ROW WHEN (new.number_digest IS DISTINCT FROM old.number_digest
    AND new.number_digest IS NOT NULL) EXECUTE FUNCTION student_number();
"""

ACCOUNT = """
CREATE OR REPLACE FUNCTION account_trust() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (new.role, new.organisation_id, new.enabled)
     IS DISTINCT FROM (old.role, old.organisation_id, old.enabled) THEN
    IF old.user_id = nullif(current_setting('app.actor', true), '')::int THEN
      RAISE 'nobody changes their own role' USING ERRCODE = 'XJ409';
    END IF;
    new.session_epoch := old.session_epoch + 1;  -- whoever is signed in signs in again
  END IF;
  RETURN new;
END $$;
CREATE OR REPLACE TRIGGER trust BEFORE UPDATE ON account
  FOR EACH ROW EXECUTE FUNCTION account_trust();
"""

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
  FROM gone o JOIN came n USING ({key}), LATERAL (
    SELECT jsonb_object_agg(was.key, was.value) AS before,
           jsonb_object_agg(was.key, to_jsonb(n) -> was.key) AS after
    FROM jsonb_each(to_jsonb(o)) was
    WHERE was.value IS DISTINCT FROM to_jsonb(n) -> was.key
      AND was.key NOT IN ('row_version', 'updated_at', 'updated_by', 'owner_path',
                          'session_epoch', 'last_login_at', 'name_key')) changed
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

CARRY = """
CREATE OR REPLACE FUNCTION {parent}_carry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {updates}
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER carry AFTER UPDATE OF {watched} ON {parent} FOR EACH ROW
  WHEN (old.{column} IS DISTINCT FROM new.{column}) EXECUTE FUNCTION {parent}_carry();
"""

WATCHED = {  # what an UPDATE names when the trigger before it rewrites the path
    "student": "school_id, owner_path",
    "organisation": "parent_id, code, tier, path",
}

ALWAYS = (
    ORGANISATION,
    CASE,
    PARTIES,
    LOCKED.format(table="student", pupil="id"),
    LOCKED.format(table="guardian", pupil="student_id"),
    BOUND,
    IDENTITY,
    NUMBERS,
    STAMP,
    *(STAMP_ON.format(table=table) for table in STAMPED),
    *(
        HISTORY.format(table=table, student=student, key=KEYS.get(table, "id"))
        for table, student in REMEMBERED.items()
    ),
    ACCOUNT,
    HEADS.format(name="insert", rows=CAME, tables="NEW TABLE AS came"),
    HEADS.format(
        name="update",
        rows=f"{CAME} UNION ALL {GONE}",
        tables="OLD TABLE AS gone NEW TABLE AS came",
    ),
    HEADS.format(name="delete", rows=GONE, tables="OLD TABLE AS gone"),
    AUDIT.format(link=LINK.format(row="new")),
)


def derive(table: str, by: str, parent: str, column: str) -> str:
    """Return the trigger by which a row takes its owner's path from its parent, on UPDATE too."""
    second = table == "enrolment"
    return DERIVE.format(
        table=table,
        by=by,
        parent=parent,
        key=KEYS.get(parent, "id"),
        column=column,
        unowned=UNOWNED.format(by=by) if table == "job" else "",
        more=PERIOD if second else OWN_ROOM if table == "account_class" else "",
        columns=f"{by}, owner_path" + (", student_id, pupil_path" if second else ""),
    )


def carry(carried: dict[tuple[str, str], list[tuple[str, str, str]]]) -> list[str]:
    """Return the triggers that hand a moved parent's path on to its children."""
    said = []
    for (parent, column), children in carried.items():
        updates = "\n  ".join(
            f"UPDATE {child} SET {path} = ''"  # noqa: S608  names of ours
            f" WHERE {by} = new.{KEYS.get(parent, 'id')};"
            for child, by, path in children
        )
        watched = WATCHED.get(parent, column)
        said.append(CARRY.format(parent=parent, column=column, updates=updates, watched=watched))
    return said


def witness(role: str) -> list[str]:
    """Return the triggers that let no deed of the application's role commit without an event."""
    return [WITNESS.format(role=role), *(WITNESS_ON.format(table=t) for t in WITNESSED)]
