package facebookads

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"adtally"
	"adtally/internal/fetch"
)

// Verdict is the classifier's result, for tests.
type Verdict struct {
	Class, Act, Scope string
	Fields            []string
	Wait              time.Duration
	Heavy             bool
	Fault             *adtally.Fault
}

// VerdictOf returns the verdict in an error.
func VerdictOf(err error) Verdict {
	v := Verdict{Class: string(classOf(err)), Fields: refusedFields(err), Heavy: isHeavy(err), Fault: adtally.FaultOf(err)}
	if r := refusalOf(err); r != nil {
		v.Act, v.Scope, v.Wait = string(r.act), string(r.scope), r.wait
	}
	return v
}

// JudgeAt classifies an answer received at a given time.
func JudgeAt(status int, header http.Header, body []byte, at time.Time) error {
	return judge(fetch.Answer{Status: status, Header: header, Body: body, At: at})
}

// JudgeRun classifies the error of a failed report job.
func JudgeRun(body []byte) error {
	var e graphError
	if err := json.Unmarshal(body, &e); err != nil {
		return err
	}
	return classifyRun(&e, fetch.Answer{})
}

// IsJobError reports whether a new report job is needed.
func IsJobError(err error) bool { return errors.Is(err, errJob) }

// Outside converts an error to the form that other packages see.
func Outside(err error) error { return publicFault(err) }

// Row is one row of the classifier.
type Row struct {
	Code, To, Subcode, Status int
	Coded                     bool
	Text, Class, Source       string
}

// Rows returns the classifier's rules, and for each the index of the rule that matches
// an error built from it.
func Rows() (rows []Row, decides []int) {
	for _, r := range rules {
		row := Row{Subcode: r.subcode, Status: r.status, Text: r.text, Class: string(r.class), Source: r.source}
		e := &graphError{Message: r.text, Subcode: r.subcode}
		switch r.code {
		case anyCode:
			e.Code = 7 // a code that no rule has
		case noCode:
		default:
			e.Code = r.code
		}
		row.Code, row.To, row.Coded = e.Code, r.to, r.code != anyCode && r.code != noCode
		rows = append(rows, row)
		at := -1
		for i, other := range rules {
			if other.fits(e, r.status) {
				at = i
				break
			}
		}
		decides = append(decides, at)
	}
	return rows, decides
}

// Cure is the text of a class.
type Cure struct{ Act, Message, Hint string }

// Cures returns the texts of all classes.
func Cures() map[string]Cure {
	out := map[string]Cure{}
	for c, cure := range cures {
		out[string(c)] = Cure{string(cure.act), cure.message, cure.hint}
	}
	return out
}

// WaitFor returns the wait for a throttle of an account and a scope.
func WaitFor(h http.Header, s, account string) time.Duration {
	return waitFor(h, time.Time{}, rule{class: classThrottle, scope: scope(s)}, account)
}

// Version functions.
var (
	UsableVersion  = usableVersion
	NextVersion    = nextVersion
	DaysLeft       = daysLeft
	VersionNotice  = versionNotice
	AnsweredNotice = answeredNotice
	ReachThrottled = reachThrottled
)

// Release is one listed version.
type Release struct{ Version, Begins, Ends, Note string }

// Releases returns all listed versions.
func Releases() (out []Release) {
	for _, r := range releases {
		ends := "not announced"
		if r.ends != 0 {
			ends = r.ends.String()
		}
		out = append(out, Release{r.version, r.begins.String(), ends, r.note})
	}
	return out
}
