package duckdb

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"syscall"

	ddb "github.com/duckdb/duckdb-go/v2"

	"adtally"
)

// symptom maps texts of DuckDB's errors to a fault.
type symptom struct {
	says          []string
	code          string
	message, hint string // %s is the file
}

// symptoms are searched in order. DuckDB uses the same error type for most of them, so
// only the text tells them apart.
var symptoms = []symptom{
	{[]string{"Could not set lock", "Unique file handle conflict", errBusy.Error(), errLent.Error()}, "destination_locked",
		"Another program has the file %s open", "Close the program, or open the file in it for reading only. Then sync again."},
	{[]string{"No space left on device", "File too large", "Disk quota exceeded", "max_temp_directory_size"}, "disk_full",
		"The disk of %s is full", "Free some space. Then sync again. Nothing of the load was written."},
	{[]string{"not a valid DuckDB database file", errNoFile.Error()}, "destination_unreadable",
		"%s is not a DuckDB file", "Choose another file, or move this one away."},
	{[]string{"but we can only read version", "newer version of DuckDB"}, "destination_newer",
		"%s was written by a newer version of DuckDB", "Update Adtally, or choose another file."},
	{[]string{"Corrupt database file", "Could not read enough bytes"}, "destination_corrupt",
		"%s is damaged", "Restore it from a backup. Without a backup, move it away; the next sync loads everything that the platform still has."},
	{[]string{"Permission denied", "Read-only file system", "Operation not permitted"}, "destination_denied",
		"%s cannot be written", "Allow the user that runs Adtally to write the file and its folder, or choose another file."},
	{[]string{"No such file or directory", "not a directory"}, "destination_missing",
		"The folder of %s does not exist", "Create the folder, or choose another file."},
	{[]string{"database has been invalidated"}, "destination_stopped",
		"DuckDB stopped after an error in %s", "Restart Adtally."},
	{[]string{"Out of Memory Error"}, "memory_full",
		"DuckDB has too little memory to load into %s", "Restart Adtally with more, for example --warehouse-memory=1024 (megabytes)."},
}

// explain returns a fault for an error that a person can fix, and other errors unchanged.
func explain(path string, err error) error {
	if err == nil {
		return nil
	}
	if !isOurs(err) {
		return err
	}
	for _, s := range symptoms {
		if !s.fits(err) {
			continue
		}
		message := fmt.Sprintf(s.message, path)
		if who := holder(err); who != "" && s.code == "destination_locked" {
			message += " (" + who + ")"
		}
		return &adtally.Fault{Act: adtally.Configure, Code: s.code, Message: message, Hint: s.hint, Err: err}
	}
	return err
}

// isOurs reports whether an error comes from DuckDB or the file system. The same words in
// another error, such as a platform's, mean something else.
func isOurs(err error) bool {
	if _, ok := errors.AsType[*ddb.Error](err); ok {
		return true
	}
	_, ok := errors.AsType[syscall.Errno](err)
	return ok || errors.Is(err, errBusy) || errors.Is(err, errNoFile)
}

func (s symptom) fits(err error) bool {
	for _, words := range s.says {
		if strings.Contains(strings.ToLower(err.Error()), strings.ToLower(words)) {
			return true
		}
	}
	return false
}

func isLocked(err error) bool { return symptoms[0].fits(err) }

var holding = regexp.MustCompile(`held in (\S+) \(PID (\d+)\)`)

// holder returns the program that holds the lock, if DuckDB says so.
func holder(err error) string {
	if m := holding.FindStringSubmatch(err.Error()); m != nil {
		return m[1] + ", process " + m[2]
	}
	return ""
}

// bug returns the fault for a load that must not be written.
func bug(code, format string, a ...any) error {
	return &adtally.Fault{Act: adtally.Bug, Code: code, Message: fmt.Sprintf(format, a...),
		Hint: "Nothing of this load was written. Please report it."}
}
