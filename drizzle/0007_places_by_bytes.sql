-- Hashtags that begin alike stand together only in an index by bytes.
ALTER TABLE "post_places" ALTER COLUMN "place" TYPE text COLLATE "C";
