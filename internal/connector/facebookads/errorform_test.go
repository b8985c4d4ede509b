package facebookads_test

import (
	"net/http"
	"testing"

	"adtally"
	"adtally/internal/connector/facebookads"
)

// An error in another wrapping means the same.
func TestJudge_ErrorInAnyWrapping(t *testing.T) {
	t.Parallel()
	const plain = `{"message":"m","code":4}`
	for _, body := range []string{
		`{"error":` + plain + `}`, `{"error":{"error":` + plain + `}}`, `{"error":[` + plain + `]}`, `{"error":[null,` + plain + `]}`,
		`{"error":"{\"message\":\"m\",\"code\":4}"}`, `{"error":"(#4) Application request limit reached"}`, `{"error":{"message":"m","code":"#4"}}`,
		`{"error":{"message":"m","code":" 4 ","error_data":{"blame_field_specs":[["fields"]]}}}`, `{"error":{"code":4,"error_data":"x","message":null}}`,
		`{"error":{"message":{"text":"m"},"code":4.0,"error_subcode":{},"fbtrace_id":7,"is_transient":"no"}}`,
	} {
		for _, status := range []int{200, 400, 500} {
			if f := adtally.FaultOf(facebookads.Judge(status, http.Header{}, []byte(body))); f == nil || f.Act != adtally.Wait || f.Code != "throttled" {
				t.Errorf("%d %s: %+v", status, body, f)
			}
		}
	}
}

// An error that says nothing is none if the answer has data, as null is.
func TestRead_EmptyErrorIsNone(t *testing.T) {
	for _, nothing := range []string{`null`, `""`, `false`, `[]`, `{}`, `[ ]`} {
		t.Run(nothing, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				const what = "GET act_7/campaigns"
				for _, body := range []string{`{"error":` + nothing + `,"data":[{"id":"1"}]}`, `{"data":[{"id":"1"}],"error":` + nothing + `}`} {
					m := &fakeGraph{t: t, answers: map[string][]answer{what: {says(body)}}}
					m.read(t.Context(), "campaigns", adtally.Window{}, nil, "id").want(t, "1")
				}
				m := &fakeGraph{t: t, answers: map[string][]answer{what: {says(`{"error":` + nothing + `}`)}}}
				m.read(t.Context(), "campaigns", adtally.Window{}, nil, "id").wantFault(t, adtally.Retry, "bad_answer")
				if adtally.FaultOf(facebookads.Judge(400, nil, []byte(`{"error":`+nothing+`,"data":[]}`))) == nil {
					t.Error("status 400 is no error")
				}
			})
		})
	}
}
