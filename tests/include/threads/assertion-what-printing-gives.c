#include <assert.h>
#include <stdio.h>

int main(void)
{
	int printed = printf("four");

	assert(printed != 4);
	return 0;
}
