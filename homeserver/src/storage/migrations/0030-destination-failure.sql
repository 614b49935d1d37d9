-- Why a destination failed last, for `nexuscomm federation status`.
alter table destination add column failure text;
