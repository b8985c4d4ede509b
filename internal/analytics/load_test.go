package analytics_test

import (
	"testing"

	"adtally/internal/analytics"
)

func TestStandard_Loads(t *testing.T) {
	t.Parallel()
	if _, err := analytics.Load(analytics.BuiltIn()...); err != nil {
		t.Fatal(err)
	}
}
