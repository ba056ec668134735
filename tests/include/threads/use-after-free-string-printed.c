#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	char *text = malloc(2);

	text[0] = 'a';
	text[1] = 0;
	printf("%d%% of %s\n", 3, text);
	free(text);
	printf("%p\n", text); /* where it was, not what it said */
	printf("%d%% of %s\n", 3, text);
	return 0;
}
