package destinationtest

import (
	"flag"
	"os"
	"testing"
)

// share is how many sequences of loads a law is tried with in make test, of rapid's
// usual hundred, which make test-long tries: each is a dozen commits to a file.
const share = "25"

// trials has the laws tried less often, unless all of them are asked for, or a
// number was given.
func trials(t *testing.T) {
	t.Helper()
	checks := flag.Lookup("rapid.checks")
	if os.Getenv("ADTALLY_LONG") != "" || checks.Value.String() != checks.DefValue {
		return
	}
	if err := checks.Value.Set(share); err != nil {
		t.Fatal(err)
	}
}
