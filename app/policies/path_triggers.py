"""Whose a row is: the database derives every path from its parent and hands moved ones on."""

from __future__ import annotations

KEYS = {"account": "user_id"}  # whose primary key is not called id
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
# Where thousands of rows come at once, a statement may bring their path: all are looked at together
# when it ends, and who does not say what the parent has is refused. Who brings none is given one.
DERIVE_MANY = """
CREATE OR REPLACE FUNCTION {table}_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT {column} INTO new.owner_path FROM {parent} WHERE {key} = new.{by};
  IF NOT FOUND THEN RAISE 'no such {parent}' USING ERRCODE = 'XJ404'; END IF;
  RETURN new;
END $$;
CREATE OR REPLACE TRIGGER owner BEFORE INSERT ON {table}
  FOR EACH ROW WHEN (new.owner_path = '') EXECUTE FUNCTION {table}_owner();
CREATE OR REPLACE TRIGGER owner_again BEFORE UPDATE OF {columns} ON {table}
  FOR EACH ROW EXECUTE FUNCTION {table}_owner();
CREATE OR REPLACE FUNCTION {table}_owner_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM (SELECT DISTINCT {by} AS held, owner_path AS told FROM came) c
    WHERE c.told IS DISTINCT FROM (SELECT p.{column} FROM {parent} p WHERE p.{key} = c.held)
  ) THEN
    RAISE 'no such {parent}' USING ERRCODE = 'XJ404';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER owner_told AFTER INSERT ON {table} REFERENCING NEW TABLE AS came
  FOR EACH STATEMENT EXECUTE FUNCTION {table}_owner_told();
"""
MANY = (
    "student",
    "guardian",
    "import_row",
    "import_guardian",
    "import_problem",
    "import_line",
    "import_cell",
    "import_raw",
)
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
# What comes by ten thousands has no foreign key, which asks for each row: `owner_told` asks for
# all whether their batch is there, and a batch takes them along.
PARTS = """
CREATE OR REPLACE FUNCTION import_batch_parts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM import_row WHERE batch_id IN (SELECT id FROM gone);
  DELETE FROM import_guardian WHERE batch_id IN (SELECT id FROM gone);
  DELETE FROM import_line WHERE batch_id IN (SELECT id FROM gone);
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER parts AFTER DELETE ON import_batch REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION import_batch_parts();
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


def derive(table: str, by: str, parent: str, column: str) -> str:
    """Return the trigger by which a row takes its owner's path from its parent, on UPDATE too."""
    second = table == "enrolment"
    return (DERIVE_MANY if table in MANY else DERIVE).format(
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
