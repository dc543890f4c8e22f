-- Whether a text may hold a password, which must not get into the archive: PASSWORD 'x' as roles and OPTIONS have it, a subscription's
-- CONNECTION, and whatever a server's or a user mapping's options hold.
CREATE OR REPLACE FUNCTION jobr_archive.withheld(tag text, statement text) RETURNS boolean LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $body$
    SELECT tag ~ '^(CREATE|ALTER) (SERVER|USER MAPPING|SUBSCRIPTION)$'
        OR statement ~* '(?<!'')\mpassword"?(\s|/\*.*?\*/|--[^\n]*\n)*(e|n|u&)?[''$]'
        OR statement ~* '\msubscription\M.*\mconnection\M'
        OR statement ~* '\m(create|alter)(\s|/\*.*?\*/|--[^\n]*\n)+(server|user(\s|/\*.*?\*/|--[^\n]*\n)+mapping)\M'
$body$
