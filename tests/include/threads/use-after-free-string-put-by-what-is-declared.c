int puts(const char *text);
void *malloc(unsigned long size);
void free(void *object);

int main(void)
{
	char *text = malloc(1);

	*text = 0;
	puts(text);
	free(text);
	puts(text);
	return 0;
}
