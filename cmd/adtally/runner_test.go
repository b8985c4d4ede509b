package main

import (
	"fmt"
	"testing"

	"adtally"
)

// A warehouse that somebody else has open is tried again without a person; any
// other fault stays as it is.
func TestRunner_LockedWarehouseIsRetried(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code string
		want adtally.Act
	}{{"destination_locked", adtally.Retry}, {"disk_full", adtally.Configure}} {
		err := fmt.Errorf("commit: %w", &adtally.Fault{Act: adtally.Configure, Code: c.code, Message: "It is held"})
		f := adtally.FaultOf(sharedFile(err))
		if f.Act != c.want || f.Code != c.code || f.Message != "It is held" {
			t.Errorf("%s: %+v", c.code, f)
		}
	}
	if err := sharedFile(nil); err != nil {
		t.Error(err)
	}
}
