-- The organisation layer, as somebody once made it by hand, with the rows of a first customer.

CREATE TYPE role AS ENUM ('OWNER', 'ADMIN', 'MEMBER');

CREATE FUNCTION stamp_updated_at() RETURNS trigger LANGUAGE plpgsql
AS 'begin new.updated_at := now(); return new; end';
COMMENT ON FUNCTION stamp_updated_at() IS 'Sets updated_at; the trigger of the mixin stamps.';

-- Right in every respect.
CREATE TABLE team_members (
    id              text PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id text NOT NULL,
    user_id         text NOT NULL,
    role            role NOT NULL DEFAULT 'MEMBER',
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX unique_team_user_idx ON team_members (organization_id, user_id);
CREATE INDEX team_members_user_id_idx ON team_members (user_id);
CREATE INDEX team_members_organization_id_idx ON team_members (organization_id);
COMMENT ON TABLE team_members IS 'Links users to organisations, each with a role.';

-- Without last_used_at; and one index has another name.
CREATE TABLE api_keys (
    id              text PRIMARY KEY DEFAULT gen_random_uuid(),
    name            text NOT NULL,
    organization_id text NOT NULL,
    hashed_key      text NOT NULL,
    expires_at      timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX api_keys_hashed_key_idx ON api_keys (hashed_key);
CREATE INDEX api_keys_org ON api_keys (organization_id);
COMMENT ON TABLE api_keys IS 'Keys with which an organisation''s programs call the API; only their hashes are kept.';
COMMENT ON COLUMN api_keys.expires_at IS 'Null for a key that does not expire.';

-- A guest who is not told otherwise comes in as an ADMIN: the default is wrong.
CREATE TABLE invitations (
    id              text PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id text NOT NULL,
    email           text,
    role            role NOT NULL DEFAULT 'ADMIN',
    token           text NOT NULL UNIQUE,
    expires         timestamptz NOT NULL,
    invited_by      text NOT NULL,
    sent_via_email  boolean NOT NULL DEFAULT false,
    allowed_domains jsonb,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX unique_team_email_idx ON invitations (organization_id, email);
CREATE INDEX invitations_email_idx ON invitations (email);
CREATE INDEX invitations_organization_id_idx ON invitations (organization_id);
COMMENT ON TABLE invitations IS 'Invitations to join an organisation: to one address by email, or by a link that a domain may use.';
COMMENT ON COLUMN invitations.email IS 'Null for a link.';
COMMENT ON COLUMN invitations.allowed_domains IS 'A list of domains that may use the link; null for any.';

CREATE TRIGGER stamp_updated_at BEFORE UPDATE ON team_members FOR EACH ROW EXECUTE FUNCTION stamp_updated_at();
CREATE TRIGGER stamp_updated_at BEFORE UPDATE ON api_keys     FOR EACH ROW EXECUTE FUNCTION stamp_updated_at();
CREATE TRIGGER stamp_updated_at BEFORE UPDATE ON invitations  FOR EACH ROW EXECUTE FUNCTION stamp_updated_at();

GRANT SELECT, INSERT, UPDATE, DELETE ON team_members, api_keys, invitations TO app_user;

INSERT INTO team_members (organization_id, user_id, role) VALUES ('riverside', 'ada', 'OWNER'), ('riverside', 'ben', 'MEMBER');
INSERT INTO api_keys (name, organization_id, hashed_key) VALUES ('billing', 'riverside', 'c0ffee');
INSERT INTO invitations (organization_id, email, role, token, expires, invited_by)
VALUES ('riverside', 'cy@example.com', 'MEMBER', 'a1b2c3', now() + interval '7 days', 'ada');
