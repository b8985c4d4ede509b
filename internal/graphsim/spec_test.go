package graphsim_test

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// The advertiser's breakdowns match those of the API.
func TestFolder_BreakdownsMatchTheSpec(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("advertiser/breakdowns.txt")
	if err != nil {
		t.Fatal(err)
	}
	names, err := os.ReadFile("spec/names.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(names), "\n\nbreakdowns:")
	list, _, _ := strings.Cut(rest, "\n\n")
	if want, got := strings.Fields(list), strings.Fields(string(text)); len(got) == 0 || !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
