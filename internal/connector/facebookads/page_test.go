package facebookads_test

import (
	"testing"

	"adtally"
	"adtally/internal/connector/facebookads"
)

// An incomplete page is an error. As a page without rows it would empty the days that
// it was requested for.
func TestDecodePage_IncompletePageIsAnError(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{}`, `{"success":true}`, `{"data":[]}{}`, `{"data":[]} x`, `{"data":[`, `{"data":[]`, `[]`, `{"data":{}}`,
		`{ "error":{"message":"no","code":190,"error_subcode":463}}`, `{"data":[],"error":{"message":"no","code":1}}`,
	} {
		if err := facebookads.DecodeEmptyPage([]byte(body)); err == nil {
			t.Errorf("%s passed for a page", body)
		}
	}
	if err := facebookads.DecodeEmptyPage([]byte(`{"data":[],"paging":{"cursors":{"before":"MAZDZD","after":"LTEZD"}}}`)); err != nil {
		t.Errorf("an empty page: %v", err)
	}
	err := facebookads.DecodeEmptyPage([]byte(`{ "error":{"message":"no","code":190,"error_subcode":463}}`))
	if f := adtally.FaultOf(err); f.Act != adtally.Reconnect {
		t.Errorf("a dead token inside an answer with status 200 is %+v", f)
	}
}
