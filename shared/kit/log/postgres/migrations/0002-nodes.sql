-- Beside each leaf stand the nodes of the tree that it completes; those of leaves stored before are worked out here.

ALTER TABLE stored_events RENAME COLUMN leaf TO nodes;
ALTER TABLE stored_events DISABLE TRIGGER append_only;

DO $$
DECLARE
    event record;
    subtrees bytea[] := '{}';
    size bigint := 0;
    rest bigint;
    top bytea;
    whole bytea;
BEGIN
    FOR event IN SELECT notification_id, nodes FROM stored_events ORDER BY notification_id LOOP
        top := event.nodes;
        whole := top;
        rest := size;
        WHILE rest & 1 = 1 LOOP
            top := sha256('\x01'::bytea || subtrees[cardinality(subtrees)] || top);
            subtrees := trim_array(subtrees, 1);
            whole := whole || top;
            rest := rest >> 1;
        END LOOP;
        subtrees := array_append(subtrees, top);
        IF size & 1 = 1 THEN
            UPDATE stored_events SET nodes = whole WHERE notification_id = event.notification_id;
        END IF;
        size := size + 1;
    END LOOP;
    IF (SELECT frontier FROM log_head) <>
        (SELECT coalesce(string_agg(subtree, ''::bytea ORDER BY at), ''::bytea)
         FROM unnest(subtrees) WITH ORDINALITY AS held (subtree, at)) THEN
        RAISE EXCEPTION 'the leaves of the log are not those of its head';
    END IF;
END
$$;

ALTER TABLE stored_events ENABLE ALWAYS TRIGGER append_only;
