package destinationtest

import (
	"flag"
	"os"
	"testing"
)

// share is the number of load sequences per property in make test. make test-long uses
// rapid's default of 100. Each sequence is a dozen commits to a file.
const share = "15"

// trials lowers the number of sequences unless ADTALLY_LONG or a number was set.
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
