"""What the database insists on by itself, and all of its triggers together.

Functions run with the caller's rights, so a parent out of scope is a parent that is not there
(`XJ404`), unless they say that they run as their owner.
"""

from __future__ import annotations

from app.policies.job_triggers import CALLED_OFF
from app.policies.path_triggers import CASE, KEYS, ORGANISATION, PARTIES, PARTS
from app.policies.trail_triggers import (
    AUDIT,
    CAME,
    GONE,
    HEADS,
    HISTORY,
    LINK,
    REMEMBERED,
    STAMP,
    STAMP_ON,
    STAMPED,
)

# W10: what a case is about stays as it is until the case ends; only the case's own effect says why.
# An import says why as well, and is held by it as a change by hand is.
LOCKED = """
CREATE OR REPLACE FUNCTION {table}_locked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE rooms text := coalesce(current_setting('app.classes', true), ''); busy boolean;
BEGIN
  IF coalesce(current_setting('app.reason', true), '') ~ '^(import.*)?$' THEN
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
CREATE OR REPLACE FUNCTION student_identity_new() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN  -- as its owner, who need not see each pupil again that this statement has just brought
  INSERT INTO check_waiting (student_id) SELECT id FROM came WHERE status <> 'DELETED'
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER identity_new AFTER INSERT ON student REFERENCING NEW TABLE AS came
  FOR EACH STATEMENT EXECUTE FUNCTION student_identity_new();
CREATE OR REPLACE FUNCTION student_identity_other() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO check_waiting (student_id) VALUES (new.id)
  ON CONFLICT (student_id) DO UPDATE SET asked_at = clock_timestamp();
  new.verification := 'NONE'; new.verified_on := NULL;  -- what was confirmed was another identity
  new.number_stuck := false;
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
-- What was made of an ID number belongs to the person: a record that was deleted lets go of it.
CREATE OR REPLACE FUNCTION release_number(what bytea, whose int) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  DELETE FROM issued_number WHERE digest = what AND student_id = whose;
$$;
-- For each pupil the place (from 1) of the first of its choices that was free; 0: none was.
CREATE OR REPLACE FUNCTION claim_first(whose int[], choices int, drawn bytea[]) RETURNS int[]
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE found_at int[] := array_fill(0, ARRAY[cardinality(whose)]); what bytea;
BEGIN
  FOR who IN 1 .. cardinality(whose) LOOP
    FOR place IN 1 .. choices LOOP
      what := drawn[(who - 1) * choices + place];
      INSERT INTO issued_number (digest, student_id) VALUES (what, whose[who])
      ON CONFLICT DO NOTHING;
      IF FOUND OR EXISTS (
        SELECT 1 FROM issued_number WHERE digest = what AND student_id = whose[who]
      ) THEN
        found_at[who] := place; EXIT;
      END IF;
    END LOOP;
  END LOOP;
  RETURN found_at;
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
ALWAYS = (
    ORGANISATION,
    CASE,
    PARTIES,
    PARTS,
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
    CALLED_OFF,
)
