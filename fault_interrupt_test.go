package adtally_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"adtally"
)

// An operation that a signal cancelled is not a bug.
func TestFaultOf_Interrupted(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"bare":     context.Canceled,
		"wrapped":  fmt.Errorf("read basic_ad: %w", context.Canceled),
		"joined":   errors.Join(errors.New("interrupted by the database"), context.Canceled),
		"a fault":  &adtally.Fault{Act: adtally.Bug, Code: "unexpected", Message: "x", Err: context.Canceled},
		"in cause": fmt.Errorf("%w: %w", errors.New("terminated signal received"), context.Canceled),
	} {
		if f := adtally.FaultOf(err); f.Code != "interrupted" || f.Act != adtally.Retry {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if f := adtally.FaultOf(context.DeadlineExceeded); f.Act != adtally.Bug {
		t.Errorf("what took too long: %+v", f)
	}
}
