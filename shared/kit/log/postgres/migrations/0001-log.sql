-- The tables of one log, made in the schema of its service. Text sorts by its bytes, as in every store.

CREATE TABLE stored_events (
    notification_id bigint PRIMARY KEY,
    originator_id text COLLATE "C" NOT NULL,
    originator_version bigint NOT NULL,
    topic text COLLATE "C" NOT NULL,
    recorded_us bigint NOT NULL,
    subject text COLLATE "C",
    leaf bytea NOT NULL,
    state bytea NOT NULL,
    UNIQUE (originator_id, originator_version)
);
CREATE INDEX stored_events_by_subject ON stored_events (subject, notification_id) WHERE subject IS NOT NULL;
CREATE INDEX stored_events_by_topic ON stored_events (topic, notification_id);

CREATE TABLE log_identity (
    only_row integer PRIMARY KEY CHECK (only_row = 1),
    log_id text NOT NULL
);
INSERT INTO log_identity VALUES (1, 'urn:uuid:' || gen_random_uuid());

-- Updated by every append: room on its page keeps the versions of the row together.
CREATE TABLE log_head (
    only_row integer PRIMARY KEY CHECK (only_row = 1),
    position bigint NOT NULL,
    recorded_us bigint NOT NULL,
    promised_us bigint NOT NULL,
    frontier bytea NOT NULL
) WITH (fillfactor = 10);
INSERT INTO log_head VALUES (1, 0, 0, 0, '');

CREATE TABLE kept_responses (
    scope text COLLATE "C" PRIMARY KEY,
    digest bytea NOT NULL,
    response bytea NOT NULL
);

CREATE TABLE notification_tracking (
    application_name text COLLATE "C" PRIMARY KEY,
    notification_id bigint NOT NULL
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON stored_events EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_identity EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON kept_responses EXECUTE FUNCTION refuse_change();
ALTER TABLE stored_events ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE log_identity ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE kept_responses ENABLE ALWAYS TRIGGER append_only;

CREATE FUNCTION refuse_step_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'tracking of % does not go back', OLD.application_name USING ERRCODE = 'unique_violation';
END
$$;
CREATE TRIGGER forwards_only BEFORE UPDATE ON notification_tracking FOR EACH ROW
    WHEN (NEW.notification_id <= OLD.notification_id) EXECUTE FUNCTION refuse_step_back();
