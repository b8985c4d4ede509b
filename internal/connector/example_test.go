package connector_test

import (
	"fmt"

	"adtally/internal/connector"
)

// A report that covers a month per request, with three calls per report job.
func ExamplePrice_Of() {
	report := connector.Price{Days: 31, Calls: 3, Rows: 500}
	fmt.Println(report.Of(365))

	campaigns := connector.Price{Calls: 1, Rows: 500}
	fmt.Println(campaigns.Of(365))
	// Output:
	// 36
	// 1
}
