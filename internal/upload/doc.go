// Package upload turns uploaded files and mapped tables into rows of the shared dataset.
//
// A kind of file has fields; a mapping says which column or constant each field is. Rows of
// a file are kept by file, and the tables that metrics read are computed from all files in
// the same transaction. It must not know a warehouse's SQL beyond what DuckDB and PostgreSQL
// share. Its one rule: a line that cannot be understood is refused with the reason, counted,
// and never guessed.
package upload
