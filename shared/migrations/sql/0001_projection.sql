CREATE SCHEMA projection;
