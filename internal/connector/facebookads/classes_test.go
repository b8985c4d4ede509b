package facebookads_test

import (
	"strings"
	"testing"

	"adtally/internal/connector/facebookads"
)

// Errors that were seen in use.
func TestExplain_ErrorsSeenInUse(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]struct{ class, act, hint string }{
		`{"message":"The user is enrolled in a blocking, logged-in checkpoint","code":190,"error_subcode":490}`: {"token_checkpoint", "reconnect", "log in at facebook.com"},
		`{"message":"x","code":1404163}`:                                                              {"blocked", "configure", "support page"},
		`{"message":"x","code":1404078}`:                                                              {"blocked", "configure", "support page"},
		`{"message":"x","code":2859015}`:                                                              {"blocked", "configure", "support page"},
		`{"message":"x","code":368,"error_subcode":1404163}`:                                          {"blocked", "configure", "support page"},
		`{"message":"x","error_subcode":1504018}`:                                                     {"timeout", "shrink", "less at a time"},
		`{"message":"x","code":2,"error_subcode":1504018}`:                                            {"timeout", "shrink", "less at a time"},
		`{"message":"x","code":1504018}`:                                                              {"unknown", "bug", "report it"},
		`{"message":"(#105) The number of parameters exceeded the maximum for this call","code":105}`: {"too_much", "shrink", "less at a time"},
		`{"message":"(#200) Provide valid app ID","code":200}`:                                        {"app_config", "configure", "app's dashboard"},
		`{"message":"(#200) This API is disabled for non-active accounts","code":200}`:                {"permission", "configure", "unpaid bill"},
	} {
		x, err := facebookads.Explain(0, nil, []byte(`{"error":`+body+`}`))
		if err != nil || x.Class != want.class || x.Act != want.act || !strings.Contains(x.Hint, want.hint) {
			t.Errorf("%s: %s, %s: %q (%v)", body, x.Class, x.Act, x.Hint, err)
		}
	}
}
