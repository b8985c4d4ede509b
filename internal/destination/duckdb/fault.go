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

// symptom is what DuckDB says, and what it means for a person.
type symptom struct {
	says          []string
	code          string
	message, hint string // %s is the file
}

// symptoms are looked through in order. DuckDB gives most of them the same
// type, so that its words are all there is to go by.
var symptoms = []symptom{
	{[]string{"Could not set lock", "Unique file handle conflict", errBusy.Error()}, "destination_locked",
		"The file %s is held by another program", "Close the program that has it open, or open it there for reading only; then run the same command again."},
	{[]string{"No space left on device", "File too large", "Disk quota exceeded", "max_temp_directory_size"}, "disk_full",
		"The disk of %s is full", "Make room; then run the same command again. Nothing of the load was written."},
	{[]string{"not a valid DuckDB database file", errNoFile.Error()}, "destination_unreadable",
		"%s is not a DuckDB file", "Name another file, or move this one away."},
	{[]string{"but we can only read version", "newer version of DuckDB"}, "destination_newer",
		"%s was written by a newer DuckDB than the one in here", "Update this program, or name another file."},
	{[]string{"Corrupt database file", "Could not read enough bytes"}, "destination_corrupt",
		"%s is damaged", "Restore it from a backup, or move it away: what the platform still has is then loaded anew."},
	{[]string{"Permission denied", "Read-only file system", "Operation not permitted"}, "destination_denied",
		"%s cannot be written", "Give the user that runs this program the right to write the file and its folder, or name another file."},
	{[]string{"No such file or directory", "not a directory"}, "destination_missing",
		"The folder of %s is not there", "Make the folder, or name another file."},
	{[]string{"database has been invalidated"}, "destination_stopped",
		"DuckDB has stopped after an error while it had %s", "Start this program again."},
	{[]string{"Out of Memory Error"}, "memory_full",
		"DuckDB has too little memory to load into %s", "Allow it more memory."},
}

// explain makes a fault of an error that a person can do something about, and
// leaves others as they are.
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

// isOurs says that an error comes from DuckDB or from the file system. The
// words of any other, say of a platform, would mean something else.
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

// holder names the program that has the lock, as far as DuckDB tells.
func holder(err error) string {
	if m := holding.FindStringSubmatch(err.Error()); m != nil {
		return m[1] + ", process " + m[2]
	}
	return ""
}

// bug is a load that must not be written.
func bug(code, format string, a ...any) error {
	return &adtally.Fault{Act: adtally.Bug, Code: code, Message: fmt.Sprintf(format, a...),
		Hint: "Nothing of this load was written. Please report it."}
}
