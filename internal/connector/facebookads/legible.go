package facebookads

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"adtally/internal/fetch"
)

// malformed is an answer that is JSON, and not what was asked for. It usually
// passes, and is nobody's mistake here.
func malformed(what string, err error) error {
	bad := refuse(rule{class: classBadAnswer}, nil, fetch.Answer{})
	bad.fault.Err = fmt.Errorf("%s: %w", what, cmpErr(err, "it is not what was asked for"))
	return bad
}

// malformedPause is how long is waited before a malformed answer is asked for again.
const malformedPause = time.Second

// legibly asks until the answer can be read, as often as any request is sent.
func legibly(ctx context.Context, send func() (fetch.Answer, error), read func(fetch.Answer) error) (a fetch.Answer, err error) {
	for tries := 1; ; tries++ {
		if a, err = send(); err != nil {
			return a, err
		}
		if err = read(a); classOf(err) != classBadAnswer || tries == fetch.Tries {
			return a, err
		}
		if err := sleep(ctx, malformedPause<<tries); err != nil {
			return a, err
		}
	}
}

// readJSON reads an answer that must be of a form; what names it.
func readJSON(what string, body []byte, into any) error {
	if err := json.Unmarshal(mended(body), into); err != nil {
		return malformed(what, err)
	}
	return nil
}
