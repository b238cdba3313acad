-- What can be taken back: the newest command of a supervisor that changed something, and whether further logins of the user were
-- held before it. Each session names the command that last made it active or stopped it being so; 0 is none.
ALTER TABLE account ADD COLUMN command INTEGER;
ALTER TABLE account ADD COLUMN command_held_logins INTEGER;
ALTER TABLE session ADD COLUMN turned INTEGER NOT NULL DEFAULT 0;
